// verify.html: both languages and everything else in one file.

import { mount } from 'svelte';
import noticesEn from 'virtual:notices/en';
import noticesIt from 'virtual:notices/it';
import troublesEn from 'virtual:troubles/en';
import troublesIt from 'virtual:troubles/it';
import en from 'virtual:words/en';
import it from 'virtual:words/it';

import Desk from './Desk.svelte';
import './desk.css';

mount(Desk, {
  target: document.body,
  props: {
    all: {
      it: { ...it, codes: { ...noticesIt, ...troublesIt } },
      en: { ...en, codes: { ...noticesEn, ...troublesEn } },
    },
    first: navigator.language.startsWith('it') ? 'it' : 'en',
  },
});
