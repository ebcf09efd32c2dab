"""What stands for a page before it is alive, and where it is linked to: the served HTML, and the picture of a link's preview."""
