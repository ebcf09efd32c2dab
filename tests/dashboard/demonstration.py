"""A small cohort with something to see: 140 seeded people, genes of every kind, and calls that try the rules.

Places and transcripts of real genes are rounded; the frequencies are made up.
"""

import random
from dataclasses import replace

from tests.dashboard.small_database import POPULATIONS, Contents, Event, GeneRow, Person, Transcript

GSTM1 = GeneRow(
    "GSTM1",
    "chr1",
    109_687_814,
    109_693_745,
    Transcript(
        (
            (109_687_814, 109_687_909),
            (109_688_169, 109_688_245),
            (109_690_400, 109_690_516),
            (109_693_200, 109_693_745),
        ),
        (
            (109_687_873, 109_687_909),
            (109_688_169, 109_688_245),
            (109_690_400, 109_690_516),
            (109_693_200, 109_693_290),
        ),
    ),
    gene_id="ENSG00000134184",
    description="glutathione S-transferase mu 1",
)
GENES = (
    GSTM1,
    GeneRow(
        "GSTM2",
        "chr1",
        109_668_021,
        109_683_997,
        gene_id="ENSG00000213366",
        description="glutathione S-transferase mu 2",
    ),
    GeneRow(
        "ADAM3A", "chr8", 39_451_044, 39_523_170, gene_id="ENSG00000197140", biotype="transcribed_unitary_pseudogene"
    ),
    GeneRow(
        "LNC1",
        "chr12",
        9_000_000,
        9_020_000,
        Transcript(((9_000_000, 9_001_000), (9_019_000, 9_020_000)), (None, None), chosen_as="Ensembl canonical"),
        gene_id="ENSG00000900001",
        biotype="lncRNA",
    ),
    GeneRow(
        "XGENE",
        "chrX",
        104_000_000,
        104_040_000,
        Transcript(((104_000_000, 104_040_000),), ((104_001_000, 104_021_000),)),
        gene_id="ENSG00000900002",
    ),
    GeneRow(
        "YGENE",
        "chrY",
        10_650_000,
        10_660_000,
        Transcript(((10_650_000, 10_660_000),), ((10_650_000, 10_651_000),)),
        gene_id="ENSG00000900003",
    ),
    GeneRow(
        "SMN1",
        "chr5",
        70_925_029,
        70_953_012,
        Transcript(((70_925_029, 70_953_012),), ((70_925_029, 70_926_000),)),
        gene_id="ENSG00000172062",
        description="survival of motor neuron 1, telomeric",
    ),
    GeneRow("TWIN", "chr2", 1_000_000, 1_010_000, gene_id="ENSG00000900004"),
    GeneRow("TWIN", "chr3", 2_000_000, 2_010_000, gene_id="ENSG00000900005"),
    GeneRow("5_8S*rRNA", "chr2", 5_000_000, 5_000_200, gene_id="ENSG00000900006", biotype="rRNA"),
)


def with_a_trio(contents: Contents) -> Contents:
    """The same, SIM00003 being the child of SIM00118 and SIM00127."""
    people = [
        replace(person, father="SIM00118", mother="SIM00127") if person.sample == "SIM00003" else person
        for person in contents.people
    ]
    return replace(contents, people=people)


def demonstration(seed: int = 1, carriers: float = 0.6) -> Contents:
    """The cohort; `carriers` is about the share of people with a GSTM1 deletion."""
    draw = random.Random(seed)
    people = [
        Person(
            sample=f"SIM{number:05}",
            population=draw.choice(sorted(POPULATIONS)),
            sex="XX" if number % 2 else "XY",
            unrelated=draw.random() < 0.8,
            marked=("chr12",) if number in (3, 4, 9) else (),
            sex_mismatch=number == 7,
        )
        for number in range(140)
    ]
    events = []
    for person in people:
        name = person.sample
        if draw.random() < carriers * (0.7 if person.superpopulation == "AFR" else 1):
            copies = draw.choice((0, 0, 1))
            long = draw.random() < 0.1
            events.append(
                Event(
                    name,
                    "chr1",
                    109_687_569 - (4_000 if long else 0),
                    109_697_443,
                    copies,
                    quality=draw.choice((23.0, 47.0, 61.0)),
                    bins=draw.choice((1, 2, 4, 7)),
                    filters="PASS" if long else "cnvLength",
                    passing=long,
                    parts=() if long else ((109_687_569, 109_690_000), (109_690_000, 109_697_443)),
                )
            )
        elif draw.random() < 0.1:
            events.append(Event(name, "chr1", 109_687_000, 109_699_000, draw.choice((3, 3, 5)), quality=40.0, bins=9))
        if draw.random() < 0.1:
            events.append(
                Event(
                    name,
                    "chr1",
                    109_690_100,
                    109_690_450,
                    1,
                    quality=4.0,
                    bins=1,
                    filters="cnvLength",
                    credible=False,
                    passing=False,
                )
            )
        if draw.random() < 0.4:
            events.append(Event(name, "chr8", 39_374_000, 39_530_000, draw.choice((0, 1, 1)), bins=120))
        if draw.random() < 0.2:
            events.append(Event(name, "chr12", 8_990_000, 9_030_000, 3, bins=30))
        if draw.random() < 0.2:
            copies = 2 if person.sex == "XY" else 3
            events.append(Event(name, "chrX", 103_990_000, 104_050_000, copies, bins=35, filters="."))
        if person.sex == "XY" and draw.random() < 0.3:
            events.append(Event(name, "chrY", 10_640_000, 10_670_000, 0, bins=14))
        if draw.random() < 0.02:
            events.append(Event(name, "chr5", 70_920_000, 70_960_000, 1, bins=20))
    return Contents(
        people=people,
        events=events,
        genes=GENES,
        unplaced={
            "GSTT1": "GSTT1 lies on an alternate contig of GRCh38, so calls on the primary assembly cannot show it."
        },
        blind=[("chr5", 70_900_000, 71_000_000, "SMN1 and SMN2, alike to the last base for short reads")],
        cytobands=[
            ("chr1", 109_000_000, 111_200_000, "p13.3"),
            ("chr22", 17_400_000, 21_700_000, "q11.21"),
            ("chr22", 21_700_000, 23_100_000, "q11.22"),
        ],
        provenance={"source": "a small cohort made for tests", "generation": f"demonstration-{seed}"},
    )
