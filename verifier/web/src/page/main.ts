// Brings the page behind a label to life. Without script the page stays as the server drew it.

import { Page } from './page.ts';
import './page.css';
import type { Language, Words } from '../ui/words.ts';

type Codes = () => Promise<{ default: Words['codes'] }>;
type Texts = { words: () => Promise<{ default: Omit<Words, 'codes'> }>; notices: Codes; troubles: Codes };
const TEXTS: Record<Language, Texts> = {
  it: { words: () => import('virtual:words/it'), notices: () => import('virtual:notices/it'), troubles: () => import('virtual:troubles/it') },
  en: { words: () => import('virtual:words/en'), notices: () => import('virtual:notices/en'), troubles: () => import('virtual:troubles/en') },
};

async function start(place: HTMLElement): Promise<void> {
  const language: Language = document.documentElement.lang === 'en' ? 'en' : 'it';
  const texts = TEXTS[language];
  const plain = (await texts.words()).default;
  const page = new Page(place, {
    bundle: place.dataset['bundle'] ?? '',
    trust: document.getElementById('trust')?.textContent ?? '',
    chains: (place.dataset['chains'] ?? '').split(' ').filter(Boolean),
    plain,
    codes: async (troubled) => {
      const parts = await Promise.all([texts.notices(), ...(troubled ? [texts.troubles()] : [])]);
      return Object.assign({}, ...parts.map((part) => part.default)) as Words['codes'];
    },
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
