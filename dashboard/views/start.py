"""The cohort: the genome at a glance, what is most common and most different, what a person carries, and who the people are."""

from dashboard.components import markup
from dashboard.components.api_call import api_menu, cohort_calls
from dashboard.components.cohort import cohort_lead, tiles
from dashboard.components.frame import notice
from dashboard.components.menu import page_head
from dashboard.components.overview.figures import figures
from dashboard.components.overview.genome import genome_picture
from dashboard.components.overview.rankings import examples, rankings
from dashboard.components.run import current
from dashboard.components.sections import Section, shows
from dashboard.components.share import report_button
from dashboard.door.overview import resolve_overview
from dashboard.store.cohort import release, totals

run = current()
callset, sizes = release(run.database), totals(run.database)
overview = resolve_overview(run.request)
if own := [problem for problem in overview.problems if problem not in run.request.problems]:
    notice([markup.text(problem.sentence) for problem in own])

page_head(
    cohort_lead(run.database) + examples(run.database, run.filters), report_button(), api_menu(run, cohort_calls())
)
if shows(Section.OVERVIEW):
    genome_picture(run, overview)
    if shows(Section.SITES):
        # they name sites, which a server of counts does not
        rankings(run)
    figures(run, overview)
tiles(sizes, callset.callers)
