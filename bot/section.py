"""A table of the configuration file."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the file. A misspelt key is an error, not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Misconfigured(Exception):  # noqa: N818 -- the administrator's to mend, not an error of the program
    """A value that is well formed and does not work; the message says what is so and what to do, in Chinese."""
