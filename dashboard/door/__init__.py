"""From text and query string to what is asked, with its problems, or an outcome; the one way in for pages, downloads and programs."""
