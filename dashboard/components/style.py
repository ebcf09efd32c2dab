"""The style sheet of our own HTML, in the colours of the theme that is on.

Streamlit tells the server which theme the browser shows, so one palette is written out and nothing has to be
overridden; everything is scoped under class names that begin with `cnv-`.
"""

from dashboard.colours import Palette


def style_sheet(palette: Palette) -> str:
    """The `<style>` element of a page."""
    return f"""<style>
.stMainBlockContainer {{ max-width: 1400px; padding-top: 1rem; padding-bottom: 2rem; }}
.stAppHeader {{ background: transparent; height: 0; min-height: 0; }}
.stMainMenu {{ position: relative; top: 1.1rem; }}
.stMultiSelect [data-testid=stMultiSelectTagsContainer] span {{ color: {palette.background}; }}
.stButtonGroup [role=radio] {{ min-height: 2.5rem; }}
.stCode:focus-within button {{ visibility: visible; }}
.stMainBlockContainer [class^=cnv-] a:not(.cnv-nav a) {{ color: {palette.primary}; }}
.cnv-brand {{ font-weight: 650; font-size: 1.05rem; line-height: 1.15; white-space: nowrap; }}
.cnv-brand small {{ display: block; font-weight: 400; font-size: .78rem; color: {palette.muted}; }}
.cnv-simulated {{ background: {palette.notice}; border: 1px solid {palette.line}; border-radius: 4px;
  padding: .35rem .75rem; font-size: .9rem; }}
.cnv-notice {{ border-left: 4px solid {palette.primary}; background: {palette.surface}; padding: .5rem .9rem;
  border-radius: 0 4px 4px 0; font-size: .95rem; }}
.cnv-notice p, .cnv-lead p {{ margin: .15rem 0; }}
.cnv-head {{ display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; align-items: baseline; }}
.cnv-head h1 {{ font-size: 1.9rem; font-weight: 700; margin: 0; padding: 0; line-height: 1.2; }}
.cnv-head .cnv-description {{ font-size: 1.05rem; }}
.cnv-facts {{ color: {palette.muted}; font-size: .92rem; font-variant-numeric: tabular-nums; }}
.cnv-facts > span:not(:last-child)::after {{ content: " · "; white-space: pre; }}
.cnv-lead p {{ font-size: 1.16rem; line-height: 1.45; }}
.cnv-lead .cnv-small {{ font-size: .95rem; color: {palette.muted}; }}
.cnv-lead strong {{ font-weight: 650; }}
.cnv-loss {{ color: {palette.loss}; }}
.cnv-gain {{ color: {palette.gain}; }}
.cnv-sign {{ display: inline-block; width: 1.1em; }}
.cnv-counted {{ color: {palette.muted}; font-size: .95rem; }}
.cnv-counted p {{ margin: 0; font-size: inherit; }}
.cnv-section {{ font-size: 1.08rem; font-weight: 650; margin: .4rem 0 0; padding: 0; }}
.cnv-legend {{ display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; color: {palette.muted}; font-size: .88rem; }}
.cnv-line {{ display: inline-block; width: 26px; height: 2px; margin-right: .4em; vertical-align: middle; }}
.cnv-scroll {{ overflow-x: auto; container-type: inline-size; }}
.cnv-table {{ border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }}
.cnv-table caption {{ text-align: left; color: {palette.muted}; font-size: .85rem; padding: .3rem 0; caption-side: bottom; }}
.cnv-table th, .cnv-table td {{ padding: .28rem .55rem; text-align: right; border: 0; border-bottom: 1px solid {palette.line};
  white-space: nowrap; }}
.cnv-table thead th {{ color: {palette.muted}; font-weight: 500; font-size: .84rem; vertical-align: bottom; white-space: normal; }}
.cnv-table th[scope=row] {{ text-align: left; font-weight: 500; }}
.cnv-table .cnv-left {{ text-align: left; }}
.cnv-table tr.cnv-total > * {{ font-weight: 650; }}
.cnv-table tr.cnv-break > * {{ border-top: 2px solid {palette.line}; }}
.cnv-table caption {{ white-space: normal; }}
.cnv-table caption span {{ display: block; position: sticky; left: 0; max-width: 100cqw; }}
.cnv-whisker {{ display: block; position: relative; width: 9rem; height: .8rem; margin: 0 .5rem; }}
.cnv-reach {{ position: absolute; top: .35rem; height: 2px; }}
.cnv-dot {{ position: absolute; top: .12rem; width: .55rem; height: .55rem; margin-left: -.27rem; border-radius: 50%; }}
.cnv-more summary {{ cursor: pointer; color: {palette.primary}; font-size: .92rem; padding: .35rem 0; }}
.cnv-terms td {{ white-space: normal; }}
.cnv-words td {{ white-space: normal; overflow-wrap: break-word; }}
.cnv-words td.cnv-whole {{ white-space: nowrap; }}
.cnv-words td.cnv-long {{ overflow-wrap: anywhere; }}
.cnv-words td.cnv-long:nth-child(n+3) {{ min-width: 14rem; }}
.cnv-words th[scope=row] {{ white-space: normal; }}
h3.cnv-section {{ font-size: 1rem; margin-top: .9rem; }}
.cnv-grid + .cnv-grid, .cnv-grid + .cnv-counted {{ margin-top: 1.1rem; }}
.cnv-figure {{ margin: 0; font-size: .9rem; }}
.cnv-figure figcaption {{ color: {palette.muted}; }}
.cnv-drawing {{ position: relative; margin: .4rem 0 .3rem; }}
.cnv-bar {{ position: absolute; height: .75rem; border-radius: 1px; }}
.cnv-gene-bar {{ background: {palette.line}; }}
.cnv-coding-bar {{ background: {palette.muted}; }}
.cnv-event-bar {{ background: {palette.loss}; }}
.cnv-next-bar {{ background: {palette.complete_loss}; }}
.cnv-pale-bar {{ opacity: .38; }}
.cnv-bin-bar {{ background: {palette.line}; }}
.cnv-thin-bar {{ background: {palette.muted}; height: 1px; margin-top: .35rem; }}
.cnv-out-bar {{ background: transparent; border: 1.5px dashed {palette.loss}; box-sizing: border-box; }}
.cnv-bar-word {{ position: absolute; left: 0; font-size: .75rem; line-height: .75rem; color: {palette.muted}; }}
.cnv-rule-words {{ color: {palette.muted}; font-weight: 400; white-space: normal !important; min-width: 20rem; }}
.cnv-out a {{ margin-right: .9rem; }}
.cnv-sites td.cnv-left {{ white-space: normal; min-width: 6rem; }}
.cnv-swatch {{ display: inline-block; width: .62em; height: .62em; margin-right: .5em; border-radius: 1px; }}
.cnv-name {{ color: {palette.muted}; font-weight: 400; margin-left: .25em; }}
.cnv-grid {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.2rem 2.2rem; align-items: start; }}
.cnv-people th[scope=row] {{ max-width: 15rem; overflow: hidden; text-overflow: ellipsis; }}
.cnv-tiles {{ display: flex; flex-wrap: wrap; gap: .8rem 2.4rem; }}
.cnv-tiles div {{ font-size: .9rem; color: {palette.muted}; }}
.cnv-tiles b {{ display: block; font-size: 1.5rem; font-weight: 650; color: {palette.text}; font-variant-numeric: tabular-nums; }}
.cnv-foot {{ color: {palette.muted}; font-size: .84rem; border-top: 1px solid {palette.line}; padding-top: .7rem; }}
.cnv-foot p {{ margin: .15rem 0; font-size: inherit; }}
.cnv-links {{ font-size: .92rem; }}
.cnv-links a, .cnv-links strong {{ margin-left: 1rem; display: inline-block; }}
.cnv-download p {{ margin: .1rem 0; }}
.cnv-links.cnv-choices a {{ margin: 0 1.1rem .3rem 0; }}
.cnv-nav {{ display: flex; justify-content: flex-end; gap: .4rem; }}
.cnv-nav a {{ text-decoration: none; color: {palette.text}; padding: .3rem .7rem; border-radius: 4px; font-size: .95rem; }}
.cnv-nav a:hover {{ background: {palette.surface}; }}
.cnv-nav a[aria-current=page] {{ background: {palette.surface}; font-weight: 650; }}
@media (max-width: 640px) {{
  .cnv-head h1 {{ font-size: 1.5rem; }}
  .cnv-lead p {{ font-size: 1.04rem; }}
  .cnv-table {{ font-size: .86rem; }}
  .cnv-table th, .cnv-table td {{ padding: .28rem .4rem; }}
  .cnv-name, .cnv-rule-words {{ display: none; }}
  .cnv-section .cnv-name {{ display: inline; }}
  .cnv-grid .cnv-name {{ display: inline; }}
}}
</style>"""
