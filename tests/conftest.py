"""What every test shares.

Messages are compared in English, whatever language the machine speaks. Properties are about values, never about how
long an example took on a busy machine.
"""

import os

from hypothesis import settings

os.environ["SEALSUM_LANG"] = "en"
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
