"""What is worked out from several people: sites, bins, differences; knows no text, no dialect and no file."""
