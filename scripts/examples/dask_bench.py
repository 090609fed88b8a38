"""A Dask program such as one benchmarks: two worker processes, a few seconds of array and dataframe work.

It needs nothing but Debian's python3-distributed and python3-pandas, and talks over the loopback interface only.
What it prints at the end can be held against a profiler's numbers:

  pids ...     the process with the scheduler (this one), then the workers
  seconds ...  its life by its own clock: from the kernel's record of its start, so that the interpreter's start is
               in it, to the last line of the program. The record counts ticks of 10 ms and begins at fork, not exec.
"""

import os
import sys
import tempfile
import time

import dask
import dask.array
import dask.datasets
from distributed import Client, LocalCluster


def seconds_since_process_start():
    with open("/proc/self/stat", encoding="utf-8") as stat:
        fields_from_third = stat.read().rpartition(")")[2].split()
    start_ticks = int(fields_from_third[22 - 3])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start_ticks / os.sysconf("SC_CLK_TCK")


def array_work():
    x = dask.array.random.RandomState(1).random_sample((8000, 8000), chunks=2000)
    return dask.array.sqrt(x + x.T).std().compute()


def dataframe_work():
    table = dask.datasets.timeseries(start="2000-01-01", end="2000-04-01", freq="1s", partition_freq="5d", seed=1)
    return table.groupby("name").agg({"x": "mean", "y": "std"}).compute()


def main():
    with tempfile.TemporaryDirectory() as scratch:
        with LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=scratch,
        ) as cluster, Client(cluster) as client:
            workers = client.run(os.getpid).values()
            print(f"array: standard deviation {array_work():.6f}")
            print(f"dataframe: {len(dataframe_work())} groups")
    print("pids", os.getpid(), *workers)
    print(f"seconds {seconds_since_process_start():.3f}")
    sys.stdout.flush()
    os._exit(0)  # skips the interpreter's teardown after the clock was read


if __name__ == "__main__":
    main()
