// The export of the module that is loaded on demand; see entry.js.
import { share } from '../shared.js';

exported = [share];
