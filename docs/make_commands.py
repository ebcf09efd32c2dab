"""Makes docs/commands.md from the command lines' own help: `python -m docs.make_commands`.

The help is taken from the commands themselves and written as plain text of one width, so that the file is the same
whatever terminal, colours and environment it is made with.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

import typer.main

import dashboard.__main__ as dashboard_program
import data_prep.__main__ as prep_program

FILE: Final = Path(__file__).with_name("commands.md")
WIDTH: Final = 100
"""Letters of a line of help, whatever the terminal."""
PREP: Final = "python -m data_prep"
DASHBOARD: Final = "python -m dashboard"

_HEAD: Final = """# Commands

Made by `python -m docs.make_commands` from the help of the commands, which `--help` shows too: change the help and make \
this file again. What the commands are for, with examples, is in the [README](../README.md).
"""


def program(name: str) -> Any:
    """What stands behind `python -m data_prep` or `python -m dashboard`: a command or a group of them, or a parser."""
    module = prep_program if name == PREP else dashboard_program
    if hasattr(module, "app"):
        command = typer.main.get_command(module.app)
        for part in (command, *getattr(command, "commands", {}).values()):
            part.rich_markup_mode = None  # plain text: boxes and colours would depend on the terminal
        return command
    return _parser(module.main)


class _ParserError(Exception):
    """Carries the parser that a program made out of its main function."""


def _parser(main: Any) -> argparse.ArgumentParser:
    """The parser that `main` makes, which is stopped where it would read the command line."""

    def stop(parser: argparse.ArgumentParser, *_: object) -> None:
        raise _ParserError(parser)

    with mock.patch.object(argparse.ArgumentParser, "parse_args", stop):
        try:
            main()
        except _ParserError as found:
            parser: argparse.ArgumentParser = found.args[0]
            return parser
    raise TypeError("the program reads its command line with neither typer nor argparse")


def _context(command: Any, name: str, parent: Any = None) -> Any:
    return command.context_class(
        command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings
    )


def helps(name: str) -> dict[str, str]:
    """The help of a program and of each of its commands, by what is typed to run it."""
    command = program(name)
    if isinstance(command, argparse.ArgumentParser):
        with mock.patch.dict("os.environ", {"COLUMNS": str(WIDTH + 2), "NO_COLOR": "1"}):
            return {name: command.format_help().strip()}
    whole = _context(command, name)
    parts = {
        f"{name} {part}": child.get_help(_context(child, part, whole))
        for part, child in getattr(command, "commands", {}).items()
    }
    return {title: text.strip() for title, text in ({name: command.get_help(whole)} | parts).items()}


def parse(name: str, arguments: Sequence[str]) -> None:
    """Reads a command line as the program would, and runs nothing; raises what the program raises where it cannot."""
    command = program(name)
    if isinstance(command, argparse.ArgumentParser):
        command.parse_args(list(arguments))
        return
    if not hasattr(command, "commands"):
        command.make_context(name, list(arguments))
        return
    part, *rest = arguments
    if part not in command.commands:
        raise LookupError(f"{name} has no command {part}")
    command.commands[part].make_context(part, rest)


def text() -> str:
    """The whole of commands.md."""
    sections = [
        f"## {title}\n\n```text\n{words}\n```\n" for name in (PREP, DASHBOARD) for title, words in helps(name).items()
    ]
    return "\n".join([_HEAD, *sections])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
