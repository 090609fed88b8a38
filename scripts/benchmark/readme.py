"""The tables of what perfwrap costs in scripts/benchmark/README.md: made from the baseline and put between two markers."""

from .markdown import detail_parts, in_one, machine_line, summary_parts

BEGIN, END = "<!-- cost -->\n", "<!-- /cost -->"


def cost_section(results):
    summary = in_one(summary_parts(results))
    details = in_one(detail_parts(results))
    fold = (
        f"\n<details><summary>Others meanwhile, perfwrap's own use, scale and accuracy</summary>\n\n{details}\n</details>\n"
        if details
        else ""
    )
    return f"{machine_line(results)}\n{summary}{fold}"


def with_cost_section(readme, results):
    """Leaves nothing between the markers if no results have been kept."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"scripts/benchmark/README.md: the markers {BEGIN.strip()} and {END} for the tables are missing")
    return before + begin + (cost_section(results) if results else "") + end + after
