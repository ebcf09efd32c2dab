"""What can be asked, as values: place, subject, filters, and the addresses of them; knows no database."""
