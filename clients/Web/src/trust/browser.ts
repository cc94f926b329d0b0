// What this browser keeps of the log.

import { Memory } from './memory.js';

// Private windows may forbid storage; what was kept then holds for this visit.
const visit = new Map<string, string>();

/** The page's memory. */
export const memory = new Memory({
  read(place) {
    try {
      return visit.get(place) ?? localStorage.getItem(place);
    } catch {
      return null;
    }
  },
  write(place, text) {
    try {
      if (text === null) localStorage.removeItem(place);
      else localStorage.setItem(place, text);
      visit.delete(place);
    } catch {
      if (text === null) visit.delete(place);
      else visit.set(place, text);
    }
  },
});
