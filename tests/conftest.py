"""Messages are compared in English, whatever language the machine speaks."""

import os

os.environ["SEALSUM_LANG"] = "en"
