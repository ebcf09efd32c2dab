"""Names of places that people use and no database has: other symbols of genes, and syndromes; outlines of land; data files with their sources."""
