// verify.html: both languages and everything else in one file.

import { mount } from 'svelte';

import Desk from './Desk.svelte';
import './desk.css';
import { ALL, FIRST } from './words.ts';

mount(Desk, { target: document.body, props: { all: ALL, first: FIRST } });
