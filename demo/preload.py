"""What every process of the demo needs, imported once and inherited. Nothing here may start a thread."""

import crypto.bfv
import node.agent
import node.cli
import node.enrolling
import node.importers.activity
import node.supplier.declaring
import protocol.rules
import protos.client

__all__ = ["crypto", "node", "protocol", "protos"]
