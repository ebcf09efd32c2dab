"""Text that people or databases gave never becomes markup."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import markup


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.said = ""
        self.titles: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value or "" for name, value in attributes if name == "title"]

    def handle_data(self, data: str) -> None:
        self.said += data


# A lone carriage return is a line end to an HTML parser, and so is not text that can come back.
texts = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=("Cs",)))


@given(texts)
def test_text_in_html_stays_text(value: str) -> None:
    parser = Texts()
    parser.feed(markup.element("p", markup.text(value), title=value))
    parser.close()
    assert parser.tags == ["p"]
    assert parser.said == value
    assert parser.titles == [value]
