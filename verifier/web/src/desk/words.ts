// The desk holds both languages and every text: it may stand alone.

import deskEn from 'virtual:desk/en';
import deskIt from 'virtual:desk/it';
import troublesEn from 'virtual:troubles/en';
import troublesIt from 'virtual:troubles/it';
import en from 'virtual:words/en';
import it from 'virtual:words/it';

import type { Language, Words } from '../ui/words.ts';

export const ALL: Record<Language, Words> = {
  it: { ...it, page: { ...it.page, ...deskIt }, codes: { ...it.codes, ...troublesIt } },
  en: { ...en, page: { ...en.page, ...deskEn }, codes: { ...en.codes, ...troublesEn } },
};

export const FIRST: Language = navigator.language.startsWith('it') ? 'it' : 'en';
