"""The conformance kit: one scenario for every channel, against a local server that speaks the channel's real protocol.

    .venv/bin/python -m pytest tests/kit                 # all rows, and the table channel × scenario at the end
    .venv/bin/python -m pytest tests/kit -k 'telegram'   # one row
    .venv/bin/python -m pytest tests/kit -k 'race'       # one column

A channel joins with one module here and one line in `rows.py`:

1. Write `tests/kit/<kind>.py` with a class that implements `Platform` (`platform.py` says what each method promises). It
   is a thin layer over the server in `tests/platforms/`: it opens the server and the real adapter, lets people write and
   press, and tells what they can read. `telegram.py` is the model.
2. Add `Row("title", YourPlatform)` to `ROWS` in `rows.py`. A channel with several modes has several rows.
3. What the channel cannot do by its nature is not skipped: it follows from `Can`, and the table shows `–` with the reason
   (`scenarios.py`, `needs`). What `Can` does not tell (our own page knows no rate limit) goes into `Platform.lacks` with
   one sentence. A scenario that could be played and is not is a failure.

The people are those of `tests/world.py`, moved to the channel: everybody's sender id, one-to-one chat and groups are what
`Platform` says they are. Where the channel hears nothing, the staff speak at a desk beside it (`stage.DESK`).

The scenario asks people only for what a person would do: choose 接单 (`Stage.chooses` presses the button, or types the
number or the words that the message offers), write, read. A new channel therefore needs no change here.

`stage.py` joins the platform with the whole service; `scenarios.py` is the scenario; `table.py` prints.
"""
