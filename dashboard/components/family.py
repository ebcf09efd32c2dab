"""The trio of a person, drawn: an event with those of parents and children on one axis, at every level; and its table of inheritance."""

import streamlit as st

from dashboard.charts.karyotype import told
from dashboard.components import markup, vega
from dashboard.components.download_menu import section
from dashboard.components.person import inheritance_table
from dashboard.components.person_files import person_menu
from dashboard.components.run import Run
from dashboard.door.person import PersonQuestion
from dashboard.downloads.other_charts import FAMILY_LEGEND, event_in_view, family_in_view, family_spec
from dashboard.question import links, subject
from dashboard.question.target import surroundings
from dashboard.store.person import Role, relatives_of
from dashboard.store.person_events import person_events
from dashboard.words import relatives
from data_prep.domain.intervals import Interval


def family(run: Run, question: PersonQuestion) -> None:
    """What the pedigree tells of the events; nothing for somebody of whom it names neither parent nor child."""
    person = question.person
    kin = relatives_of(question.database, person)
    is_child, is_parent = bool(person.father or person.mother), any(one.role is Role.CHILD for one in kin)
    if not is_child and not is_parent:
        return
    title = "Parents and children" if is_child and is_parent else "Parents" if is_child else "Children"
    tables = (("parents",) if is_child else ()) + (("children",) if is_parent else ())
    heading = section(title, person_menu(question, *tables, charts=("family",)))
    event = event_in_view(question)
    body = ""
    if is_child:
        body += inheritance_table(
            person_events(question.database, person, question.filters), question.filters.directions
        )
    if event is None:
        st.html(heading + body + markup.element("p", "No event meets the filters.", class_="cnv-counted"))
        return
    drawn = family_in_view(question, event)
    place = Interval(event["chrom"], event["start"], event["end"])
    inherited = relatives.inherited(
        {name: drawn.event.get(name) for name in ("father", "mother", "inheritance", "inconsistent")}
    )
    sentence = (
        f"<strong>{markup.text(told(event))}</strong>{f': {markup.text(inherited)}' if inherited else ''}. "
        + markup.link("Its region", links.page(subject.region(surroundings(place)), run.filters))
    )
    st.html(
        heading
        + body
        + markup.element("p", sentence, class_="cnv-event")
        + markup.element(
            "p", f"{FAMILY_LEGEND} Another event is drawn by its name in the table below.", class_="cnv-counted"
        )
    )
    lanes = [f"{one.relative.sample} ({one.relative.role.value}): {one.state}" for one in drawn.kin]
    vega.draw(
        family_spec(question, drawn, run.palette),
        alt=f"{told(event)} of {person.sample} beside {'; '.join(lanes)}. The table below has the same of every event.",
        key=f"family {person.sample} {event['name']}",
    )
