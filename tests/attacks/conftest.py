"""One village a test, for attackers that stand among real nodes."""

from tests.node.conftest import village

__all__ = ["village"]
