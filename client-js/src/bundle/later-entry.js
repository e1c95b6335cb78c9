// What the other module of the bundle brings; copied to later/.
import { provide } from '../later.js';
import {
  Presence,
  blame,
  catchUp,
  divide,
  doubt,
  explain,
  fallback,
  plan,
  prove,
  reach,
  request,
  send,
} from './index.js';

provide({ Presence, blame, catchUp, divide, doubt, explain, fallback, plan, prove, reach, request, send });
