"""How fast it is, as ratios within one run or against a limit that is stated: `make bench`.

The rows are those of the promise: Home, assignment and log (by problem, by record) from a store with
100,000 synced records take at most 3 times what their own queries take on a bare page, and pages far
behind the first at most 1.2 times the first; a first scan of 2,000 bills runs at 0.9 of the emulator's
rate limit or more; a second start shows its first page within 3 seconds; all three processes together
stay under 200 MB of PSS.

The log of one business among a thousand, in a store of 1,000,000 records, keeps the same limits: by problem,
by record, filtered, searched and far behind; a review of a Retry of 10,000 records takes at most 2 seconds,
and per record at most 1.3 times what it takes for a few hundred.

Of an entity with 50,000 bill lines, filters and searches take at most 1.5 times what the first page takes,
2.6 where all lines are gone through or a page names 50 suppliers; a file of all lines is written, and read
and compared, within 6 seconds each; one account for all of them keeps others from the store for at most
half a second at a time. The account picker with 2,000 accounts takes at most 3 times its bare page.

The emulator's rows: a record among twice as many costs at most 1.3 times what it cost before, pulled and
matched or pushed, and thousands of them take a few seconds; pages of its lists far behind the first cost
at most 1.2 times the first; `smooth` loads within a second and at most 6 times what its bare rows take;
`bulk` loads 1,000 businesses, or one with 50,000 bills and as many records, within 10 seconds each and
60 MB more memory.

A bare page is a Flask route that runs the same SELECTs with the same values and prints every value of
every row through a Jinja template without shell, macros, texts or links (tests/bench/bare.py). Every
value that Home or the problems' page shows comes from those rows, so the bare page prints it too.
`make bench` fails when a row is beyond its limit.
"""
