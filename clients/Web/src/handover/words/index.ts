import type { Language } from '../../words/language';
import { en, type HandoverWords } from './en';
import { zhHans } from './zhHans';
import { zhHant } from './zhHant';

export type { HandoverWords } from './en';

export const handoverWords: Record<Language, HandoverWords> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };
