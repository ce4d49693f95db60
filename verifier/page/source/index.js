/** The one script of the certificate page; started without a document it is the worker that checks. */

import { serve } from './checking.js';
import { openPage } from './page.js';

if (typeof document === 'undefined') serve();
else openPage();
