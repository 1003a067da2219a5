"""Trust, tried on purpose: faults, crashes, full disks, hostile input and the invariants of the output.

Every scenario takes its size as a parameter. The short form runs in the test suite (``tests/test_soak_*.py``), the
long one with ``make soak``, which writes ``models/benchmark/soak.json``.
"""
