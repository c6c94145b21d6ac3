// Brings the page behind a label to life. Without script the page stays as the server drew it.

import { Page } from './page.ts';
import './page.css';
import type { Language, Words } from '../ui/words.ts';

interface Texts {
  readonly words: () => Promise<{ default: Words }>;
  readonly troubles: () => Promise<{ default: Words['codes'] }>;
}
const TEXTS: Record<Language, Texts> = {
  it: { words: () => import('virtual:words/it'), troubles: () => import('virtual:troubles/it') },
  en: { words: () => import('virtual:words/en'), troubles: () => import('virtual:troubles/en') },
};

async function start(place: HTMLElement): Promise<void> {
  const language: Language = document.documentElement.lang === 'en' ? 'en' : 'it';
  const { words, troubles } = TEXTS[language];
  const page = new Page(place, {
    bundle: place.dataset['bundle'] ?? '',
    trust: document.getElementById('trust')?.textContent ?? '',
    chains: (place.dataset['chains'] ?? '').split(' ').filter(Boolean),
    words: (await words()).default,
    troubles: async () => (await troubles()).default,
    language,
    // What the server drew from the brand's word gives way to what this device has computed.
    onverdict: () => document.querySelectorAll<HTMLElement>('[data-said]').forEach((said) => (said.hidden = true)),
  });
  await page.check();
}

// Inside a brand's site (element/filiera-passport.ts) the frame is as high as the page.
if (window.parent !== window) {
  new ResizeObserver(() => {
    window.parent.postMessage({ 'filiera-height': document.documentElement.getBoundingClientRect().height }, '*');
  }).observe(document.documentElement);
}

const place = document.getElementById('verification');
if (place) void start(place);
