"""allocations.py COUNT: COUNT rounds of building, copying and dropping small Python objects."""

import sys
import time


def build_and_drop():
    rows = [{"key": str(i), "values": [i, i + 1, i + 2]} for i in range(5_000)]
    copies = [dict(row) for row in rows]
    return sum(len(row["values"]) for row in copies)


def main():
    begin = time.perf_counter()
    for _ in range(int(sys.argv[1])):
        build_and_drop()
    print(f"seconds {time.perf_counter() - begin:.9f}")


main()
