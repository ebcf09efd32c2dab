"""Who runs this server: what the operator's file says of it, and the defaults where there is none."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from dashboard.operating.disclosure import Disclosure

ENVIRONMENTS: Final = ("prod", "test", "dev", "staging")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the Data Use Ontology under which the data may be used."""

    id: str
    label: str
    version: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation that runs the server."""

    id: str = "org.1000genomes.cnv-explorer"
    name: str = "1000 Genomes CNV explorer"
    url: str = "https://www.internationalgenome.org/"
    contact: str = ""
    """Address of a page or of mail."""
    logo: str = ""
    """Address of a picture."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What the server says of the one who runs it, and the most that it tells."""

    beacon_id: str = "org.1000genomes.cnv-explorer"
    name: str = "1000 Genomes CNV explorer"
    description: str = (
        "Germline copy number variants of the 1000 Genomes Project with their frequency in every population, as called from "
        "short reads; the rules of this server say how the numbers are made."
    )
    environment: str = "prod"
    organisation: Organisation = field(default_factory=Organisation)
    contact: str = ""
    """Where to ask about this server; empty where that is the organisation's."""
    logo: str = ""
    """Picture of this server; empty where that is the organisation's."""
    terms_of_use: tuple[Term, ...] = ()
    public_address: str = ""
    """Where the server is reached from outside, without a slash at its end; empty where the request says it."""
    disclosure: Disclosure = field(default_factory=Disclosure)

    @property
    def contact_address(self) -> str:
        """Where to ask about this server; empty where nobody says."""
        return self.contact or self.organisation.contact

    @property
    def logo_address(self) -> str:
        """The picture to show for this server; empty where there is none."""
        return self.logo or self.organisation.logo

    @property
    def public_path(self) -> str:
        """The path of the public address: `/explorer`; empty without one."""
        return urlsplit(self.public_address).path
