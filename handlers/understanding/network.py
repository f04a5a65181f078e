"""A network of one hidden layer, for the few dozen numbers that are known of a message and a ticket."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from handlers.understanding.classify import Scores


@dataclass(frozen=True, slots=True)
class Network:
    """Weights of a trained network: shares of classes for rows of facts."""

    first: Scores
    first_bias: Scores
    second: Scores
    second_bias: Scores

    def shares(self, facts: Scores) -> Scores:
        """One row of probabilities for every row of facts."""
        hidden = np.maximum(facts @ self.first + self.first_bias, 0)
        logits = hidden @ self.second + self.second_bias
        raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
        result: Scores = raised / raised.sum(axis=-1, keepdims=True)
        return result


def on_one_thread() -> None:
    """Let numpy work on one thread from now on, in the whole process.

    The products here take microseconds. Shared among threads they take no less, and the other thread then waits for the
    next one at full speed: a second processor, busy with nothing.
    """
    threadpool_limits(limits=1, user_api="blas")
