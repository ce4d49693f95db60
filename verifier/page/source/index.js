/** The one script of the certificate page; started without a document it is the worker that checks. */

import { serve } from './checking.js';
import { EXPOSED } from './exposed.js';
import { openPage } from './page.js';

Object.defineProperty(globalThis, 'sealsum', { value: EXPOSED });
if (typeof document === 'undefined') serve();
else openPage();
