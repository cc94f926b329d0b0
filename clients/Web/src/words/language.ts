import { en, type Words } from './en';
import { zhHans } from './zhHans';
import { zhHant } from './zhHant';

export const languages = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant } as const satisfies Record<string, Words>;
export type Language = keyof typeof languages;

const place = 'truecopy.language';

/** What was chosen before; else the first of the browser's languages that there is. */
export function chosenLanguage(): Language {
  const stored = readStored();
  if (stored !== null) return stored;
  for (const tag of navigator.languages) {
    const language = languageOf(tag);
    if (language !== null) return language;
  }
  return 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(place, language);
  } catch {
    // Then the choice holds for this visit.
  }
}

function readStored(): Language | null {
  try {
    const stored = localStorage.getItem(place);
    return stored !== null && Object.hasOwn(languages, stored) ? (stored as Language) : null;
  } catch {
    return null;
  }
}

function languageOf(tag: string): Language | null {
  const { language, script, region } = new Intl.Locale(tag).maximize();
  if (language === 'en') return 'en';
  if (language !== 'zh' && language !== 'yue') return null;
  return script === 'Hant' || region === 'HK' || region === 'TW' || region === 'MO' ? 'zh-Hant' : 'zh-Hans';
}
