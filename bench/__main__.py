"""`python -m bench [build|pages|first|visitors|downloads|beacon|scale]`: what the project says about its speed, measured.

build: the import against a loop of bcftools over the same files. pages: the time of each page and control, warm.
first: sentence, picture and live page in a browser that has nothing in its cache, plain and at 2 Mbit/s. visitors: 50 people at once. downloads: what 40
clients that stop reading cost the server. beacon: the Beacon by kind of question. scale: the import of larger and larger cohorts, which takes long; so only where
it is named.
"""

import argparse
from pathlib import Path


def main() -> None:
    """Runs the benchmark that is asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    every = ("build", "pages", "first", "visitors", "downloads", "beacon")
    parser.add_argument(
        "what",
        nargs="*",
        choices=[*every, "scale", []],
        metavar="{" + ",".join([*every, "scale"]) + "}",
        help="all but scale if none is named",
    )
    parser.add_argument(
        "--cohort",
        type=Path,
        default=Path("demo"),
        help="folder that `python -m data_prep demo` wrote (default: demo); scale writes one where it has too few people",
    )
    parser.add_argument(
        "--database",
        type=Path,
        default=Path("cnv.duckdb"),
        help="published database for the pages (default: cnv.duckdb)",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often build and first picture are timed (default: 3)"
    )
    parser.add_argument("--places", type=int, default=200, help="random places for each page (default: 200)")
    parser.add_argument("--people", type=int, default=50, help="visitors at once (default: 50)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they stay (default: 60)")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[3_202, 12_500, 25_000, 50_000],
        help="people of the cohorts of scale (default: 3202 12500 25000 50000)",
    )
    parser.add_argument("--folder", type=Path, help="where scale writes them: 0.1 MB a person (default: the system's)")
    asked = parser.parse_args()
    for what in asked.what or every:
        # Each is imported when it runs: a machine without bcftools or a browser can do the others.
        if what == "build":
            from bench import import_speed

            import_speed.run(asked.cohort, asked.rounds)
        elif what == "pages":
            from bench import pages

            pages.run(asked.database, asked.places)
        elif what == "first":
            from bench import first_picture

            first_picture.run(asked.database, asked.rounds)
        elif what == "visitors":
            from bench import visitors

            visitors.run(asked.database, asked.people, asked.seconds)
        elif what == "downloads":
            from bench import downloads

            downloads.run(asked.database)
        elif what == "beacon":
            from bench import beacon

            beacon.run(asked.database)
        else:
            from bench import scale

            scale.run(asked.sizes, asked.folder, asked.cohort)


if __name__ == "__main__":
    main()
