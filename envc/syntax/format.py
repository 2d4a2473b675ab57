"""The one way in which a program is laid out.

An item that stands on one line stays on one line where it fits; items that share a line with `;` keep sharing it.
Comments, the order of items, and single blank lines between them stay. `parse(format(p))` has the shape of `p`.
"""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Span
from envc.syntax.program import Argument, Comment, Item, Program

#: A line is broken into several when it would be longer than this.
WIDTH = 100
_INDENT = "  "


def format_program(program: Program) -> str:
    """Return the text of a program in canonical form, with a final newline (an empty program is empty)."""
    layout = _Layout(program)
    lines = list(layout.block(program.items, Span(program.source, 0, len(program.source.text)), 0))
    return "\n".join(lines) + "\n" if lines else ""


def format_item(item: Item) -> str:
    """Return an item on one line, whatever it looked like."""
    return _inline(item)


def _argument(argument: Argument) -> str:
    written = argument.given or argument.span
    return argument.value if argument.kind == "constraint" else written.text.replace("\r\n", "\n")


def _head(item: Item) -> str:
    return " ".join([item.word, *map(_argument, item.arguments)])


def _inline(item: Item) -> str:
    if item.block is None:
        return _head(item)
    inner = "; ".join(map(_inline, item.block))
    return f"{_head(item)} < {inner} >" if inner else f"{_head(item)} < >"


class _Layout:
    """Lays out one program. Only looks things up; every method returns lines."""

    def __init__(self, program: Program) -> None:
        self.source = program.source
        self.comments = program.comments

    def line_of(self, offset: int) -> int:
        return self.source.locate(offset).line

    def block(self, items: tuple[Item, ...], inside: Span, depth: int) -> Iterator[str]:
        """Yield the lines of the items and comments of one block."""
        last_line: int | None = None
        for group, comments_before, trailing in self.groups(items, inside):
            for comment in comments_before:
                line = self.line_of(comment.span.start)
                yield from self.gap(last_line, line)
                yield _INDENT * depth + comment.text
                last_line = line
            if group:
                yield from self.gap(last_line, self.line_of(group[0].word_span.start))
                yield from self.group(group, trailing, depth)
                last_line = self.line_of(group[-1].end - 1)

    @staticmethod
    def gap(last_line: int | None, line: int) -> Iterator[str]:
        if last_line is not None and line > last_line + 1:
            yield ""

    def groups(
        self, items: tuple[Item, ...], inside: Span
    ) -> Iterator[tuple[list[Item], list[Comment], Comment | None]]:
        """Yield the items that share a line, the comments that stand before them, and the one behind them.

        The last group has no items when comments follow the last item.
        """
        own = self.own_comments(items, inside)
        waiting = list(items)
        while waiting or own:
            before = []
            while own and (not waiting or own[0].span.start < waiting[0].word_span.start):
                before.append(own.pop(0))
            group: list[Item] = []
            while waiting and (
                not group or self.line_of(waiting[0].word_span.start) == self.line_of(group[-1].end - 1)
            ):
                group.append(waiting.pop(0))
            trailing = None
            if group and own and self.line_of(own[0].span.start) == self.line_of(group[-1].end - 1):
                trailing = own.pop(0)
            yield group, before, trailing

    def own_comments(self, items: tuple[Item, ...], inside: Span) -> list[Comment]:
        """Return the comments of a block that stand in none of its items' blocks nor behind its own `<`."""
        blocks = [item.block_span for item in items if item.block_span]
        first = items[0].word_span.start if items else inside.end
        return [
            comment
            for comment in self.comments
            if inside.start <= comment.span.start < inside.end
            and not any(block.start <= comment.span.start < block.end for block in blocks)
            and not (
                inside.source.text[inside.start : inside.start + 1] == "<"
                and comment.span.start < first
                and self.line_of(comment.span.start) == self.line_of(inside.start)
            )
        ]

    def group(self, items: list[Item], trailing: Comment | None, depth: int) -> Iterator[str]:
        """Yield the lines of items that shared a line."""
        indent, behind = _INDENT * depth, f"  {trailing.text}" if trailing else ""
        line = indent + "; ".join(map(_inline, items))
        fits = len(line) <= WIDTH or (len(items) == 1 and items[0].block is None)
        if fits and all(map(self.is_flat, items)):
            yield line + behind
            return
        for item in items:
            end = behind if item is items[-1] else ""
            flat = indent + _inline(item)
            if item.block is None or (self.is_flat(item) and len(flat) <= WIDTH):
                yield flat + end
                continue
            opening = self.opening_comment(item)
            yield f"{indent}{_head(item)} <" + (f"  {opening.text}" if opening else "")
            assert item.block_span is not None  # noqa: S101  # an item with a block has its span
            yield from self.block(item.block, item.block_span, depth + 1)
            yield f"{indent}>{end}"

    def is_flat(self, item: Item) -> bool:
        """Say whether an item stood on one line (scripts may have many) and may stay there."""
        if item.block_span is None:
            return True
        return self.line_of(item.block_span.start) == self.line_of(item.block_span.end - 1)

    def opening_comment(self, item: Item) -> Comment | None:
        """Return the comment behind an item's `<`, on the same line and before any item of the block."""
        if item.block_span is None or self.is_flat(item):
            return None
        line = self.line_of(item.block_span.start)
        first = item.block[0].word_span.start if item.block else item.block_span.end
        for comment in self.comments:
            if (
                item.block_span.start < comment.span.start < item.block_span.end
                and self.line_of(comment.span.start) == line
            ):
                return comment if comment.span.start < first else None
        return None
