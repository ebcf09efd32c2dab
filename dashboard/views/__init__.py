"""The pages, one thin script each; `dashboard/app.py` draws the frame around them."""
