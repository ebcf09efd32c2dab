"""Who runs this server and how much it tells; knows neither a database nor a request."""
