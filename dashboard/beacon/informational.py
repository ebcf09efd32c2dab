"""What this Beacon says of itself: info, service-info, configuration, map, entry types, filtering terms, datasets, cohorts."""

from typing import Any, Final

from dashboard.beacon.envelopes import SCHEMAS
from dashboard.beacon.filters import filtering_terms
from dashboard.beacon.operator import API_VERSION, Operator
from dashboard.beacon.resolve import dataset_id
from dashboard.operating.disclosure import Detail
from dashboard.store.cohort import Release, release, totals
from dashboard.store.database import Generation
from data_prep.domain.assembly import ASSEMBLY

Content = dict[str, Any]
SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"
_MODEL: Final = "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/main/models/json/beacon-v2-default-model/{}/defaultSchema.json"
SPECIFICATION: Final = "Beacon v2.0.0"

ENTRY_TYPES: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "genomicVariant": ("g_variants", "genomicVariations", "Genomic Variants", "ENSGLOSSARY:0000092", "Variant"),
    "individual": ("individuals", "individuals", "Individual", "NCIT:C25190", "Person"),
    "biosample": ("biosamples", "biosamples", "Biological Sample", "NCIT:C70699", "Biospecimen"),
    "run": ("runs", "runs", "Sequencing run", "NCIT:C148088", "Sequencing run"),
    "analysis": ("analyses", "analyses", "Bioinformatics analysis", "edam:operation_2945", "Analysis"),
    "dataset": ("datasets", "datasets", "Dataset", "NCIT:C47824", "Data set"),
    "cohort": ("cohorts", "cohorts", "Cohort", "NCIT:C61512", "Cohort"),
}
"""Path, folder of the model, name, and term of each entry type."""
TYPE_OF_PATH: Final = {path: entry_type for entry_type, (path, *_) in ENTRY_TYPES.items()}

NESTED: Final[dict[str, tuple[str, ...]]] = {
    "genomicVariant": ("analysis", "biosample", "individual", "run"),
    "individual": ("analysis", "biosample", "genomicVariant", "run"),
    "biosample": ("analysis", "genomicVariant", "individual", "run"),
    "run": ("analysis", "genomicVariant", "biosample", "individual"),
    "analysis": ("genomicVariant", "biosample", "individual", "run"),
    "dataset": ("analysis", "biosample", "genomicVariant", "individual", "run"),
    "cohort": ("analysis", "biosample", "genomicVariant", "individual", "run"),
}
"""Entry types that can be asked for below one entry of a type; the default model's, and a few more."""
WITH_FILTERING_TERMS: Final = ("individual", "dataset", "cohort")
_COLLECTIONS: Final = {"dataset": ("genomicVariant", "Genomic Variants"), "cohort": ("individual", "Individuals")}


def info(database: Generation, operator: Operator, root: str) -> Content:
    """The content of `/info`."""
    callset = release(database)
    sizes = totals(database)
    note = "simulated calls of no real person" if callset.simulated else "public"
    organisation, disclosure = operator.organisation, operator.disclosure
    return {
        "id": operator.beacon_id,
        "name": operator.name,
        "apiVersion": API_VERSION,
        "environment": operator.environment,
        "description": f"{operator.description} The calls are {note}.",
        "version": API_VERSION,
        "welcomeUrl": f"{root.removesuffix('/beacon')}/",
        "alternativeUrl": root,
        "updateDateTime": callset.built_at,
        "organization": {
            "id": organisation.id,
            "name": organisation.name,
            "welcomeUrl": organisation.url,
            **({"contactUrl": contact} if (contact := operator.contact_address) else {}),
            **({"logoUrl": logo} if (logo := operator.logo_address) else {}),
        },
        "info": {
            **_access(callset),
            **_terms_of_use(operator),
            "source": callset.source,
            "assembly": ASSEMBLY.name,
            "generation": database.id,
            "individuals": sizes.people,
            "unrelated": sizes.unrelated,
            "mostGranularity": disclosure.granularity.value,
            "caseLevelData": disclosure.tells(Detail.PERSONS),
            **({"smallestCell": disclosure.smallest_cell} if disclosure.smallest_cell else {}),
        },
    }


def _access(callset: Release) -> Content:
    """That the data are public, and that they are simulated where they are."""
    simulated = "Simulated: these people do not exist, and no number here may be used as a finding."
    return {
        "public": True,
        "isPublic": True,
        "dataAccess": "Public: nobody needs to log in or to ask for access.",
        "simulated": callset.simulated,
        **({"simulatedNote": simulated} if callset.simulated else {}),
    }


def _terms_of_use(operator: Operator) -> Content:
    """The terms of the Data Use Ontology under which the data may be used; nothing where the operator names none."""
    if not operator.terms_of_use:
        return {}
    terms = [{"id": term.id, "label": term.label, "version": term.version} for term in operator.terms_of_use]
    return {"dataUseConditions": {"duoDataUse": terms}}


def service_info(operator: Operator) -> Content:
    """The whole answer of `/service-info`, which has no envelope (GA4GH service-info 1.0)."""
    return {
        "id": operator.beacon_id,
        "name": operator.name,
        "type": {"group": "org.ga4gh", "artifact": "beacon", "version": API_VERSION},
        "description": operator.description,
        "organization": {"name": operator.organisation.name, "url": operator.organisation.url},
        **({"contactUrl": contact} if (contact := operator.contact_address) else {}),
        "environment": operator.environment,
        "version": API_VERSION,
    }


def entry_types() -> Content:
    """The content of `/entry_types`."""
    return {"entryTypes": {entry_type: _entry_type(entry_type) for entry_type in ENTRY_TYPES}}


def _entry_type(entry_type: str) -> Content:
    _, folder, name, term, label = ENTRY_TYPES[entry_type]
    content: Content = {
        "id": entry_type,
        "name": name,
        "ontologyTermForThisType": {"id": term, "label": label},
        "partOfSpecification": SPECIFICATION,
        "defaultSchema": {
            "id": SCHEMAS[entry_type],
            "name": f"Default schema of {name}",
            "referenceToSchemaDefinition": _MODEL.format(folder),
            "schemaVersion": "v2.0.0",
        },
        "additionallySupportedSchemas": [],
        "nonFilteredQueriesAllowed": True,
    }
    if entry_type in _COLLECTIONS:
        member, name_of_members = _COLLECTIONS[entry_type]
        content["aCollectionOf"] = [{"id": member, "name": name_of_members}]
    return content


def configuration(operator: Operator) -> Content:
    """The content of `/configuration`."""
    return {
        "$schema": SCHEMA,
        "maturityAttributes": {"productionStatus": "PROD" if operator.environment == "prod" else "TEST"},
        "securityAttributes": {
            "defaultGranularity": operator.disclosure.granularity.value,
            "securityLevels": ["PUBLIC"],
        },
        **entry_types(),
    }


def beacon_map(root: str) -> Content:
    """The content of `/map`."""
    sets = {}
    for entry_type, (path, *_) in ENTRY_TYPES.items():
        sets[entry_type] = {
            "entryType": entry_type,
            "rootUrl": f"{root}/{path}",
            "singleEntryUrl": f"{root}/{path}/{{id}}",
            "openAPIEndpointsDefinition": f"{root}/openapi.json",
            "endpoints": {
                nested: {"returnedEntryType": nested, "url": f"{root}/{path}/{{id}}/{ENTRY_TYPES[nested][0]}"}
                for nested in NESTED[entry_type]
            },
        }
        if entry_type in WITH_FILTERING_TERMS:
            sets[entry_type]["filteringTermsUrl"] = f"{root}/{path}/{{id}}/filtering_terms"
    return {"$schema": SCHEMA, "endpointSets": sets}


def filtering_terms_content(database: Generation, offset: int, limit: int | None) -> Content:
    """The content of `/filtering_terms`: all of them unless a limit is given."""
    terms = filtering_terms(database)[offset : None if limit is None else offset + limit]
    return {
        "resources": [
            {"id": "hancestro", "name": "Human Ancestry Ontology", "nameSpacePrefix": "HANCESTRO", "url": "http://purl.obolibrary.org/obo/hancestro.owl", "iriPrefix": "http://purl.obolibrary.org/obo/HANCESTRO_"},
            {"id": "ncit", "name": "NCI Thesaurus", "nameSpacePrefix": "NCIT", "url": "http://purl.obolibrary.org/obo/ncit.owl", "iriPrefix": "http://purl.obolibrary.org/obo/NCIT_"},
            {"id": "efo", "name": "Experimental Factor Ontology", "nameSpacePrefix": "EFO", "url": "http://www.ebi.ac.uk/efo/efo.owl", "iriPrefix": "http://www.ebi.ac.uk/efo/EFO_"},
        ],
        "filteringTerms": [
            {"id": term.id, "label": term.label, "type": term.type, "scopes": list(term.scopes)} for term in terms
        ],
    }  # fmt: skip


def dataset(database: Generation, operator: Operator) -> Content:
    """A callset as a dataset."""
    callset = release(database)
    sizes = totals(database)
    content: Content = {
        "id": dataset_id(database.callset),
        "name": database.callset or "calls",
        "description": callset.source,
        "version": database.id,
        **_terms_of_use(operator),
        "info": {
            **_access(callset),
            "individuals": sizes.people,
            **(
                {"events": sizes.events, "credibleEvents": sizes.credible_events}
                if operator.disclosure.tells(Detail.CELLS)
                else {}
            ),
            "assembly": ASSEMBLY.name,
            "callers": list(callset.callers),
        },
    }
    if callset.built_at:
        content["updateDateTime"] = callset.built_at
    return content


COHORTS: Final = ("unrelated", "all")


def cohort(database: Generation, name: str) -> Content:
    """The unrelated people, or everybody."""
    sizes = totals(database)
    unrelated = name == "unrelated"
    return {
        "id": name,
        "name": "Unrelated people" if unrelated else "Everybody, relatives too",
        "cohortType": "study-defined",
        "cohortSize": sizes.unrelated if unrelated else sizes.people,
    }
