"""What perfwrap costs and how exact it is, beside other tools. Run by scripts/bench."""
