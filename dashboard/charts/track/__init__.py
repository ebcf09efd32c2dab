"""What lies along a stretch of a chromosome, as one drawing on one x axis: `chart` draws a `Track` from top to bottom.

One layered chart and not one a track: concatenated charts overflow a page, and separate ones drift apart by their axes.
So y is in pixels, laid out by the modules of this room from top to bottom: ideogram, ruler, people per base (gains up, losses
down), distinct intervals or sites (gains above losses), genes, places of care. Everything but the curves is made of three kinds of
marks whose place and colour are data: boxes, texts, and the intervals, which can be picked. Altair builds the chart once a
theme (`template`); a page copies it, sets the window, and hands in its frames. Like all charts, it knows no database and no page.
"""
