// verify.html: both languages and everything else in one file.

import { mount } from 'svelte';
import codesEn from 'virtual:codes/en';
import codesIt from 'virtual:codes/it';
import en from 'virtual:words/en';
import it from 'virtual:words/it';

import Desk from './Desk.svelte';
import './desk.css';

mount(Desk, {
  target: document.body,
  props: {
    all: { it: { ...it, codes: codesIt }, en: { ...en, codes: codesEn } },
    first: navigator.language.startsWith('it') ? 'it' : 'en',
  },
});
