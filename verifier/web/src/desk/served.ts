// GET /inspect: the same desk on a node, which also has a camera and the single file to take away.

import { mount } from 'svelte';

import Desk from './Desk.svelte';
import './desk.css';
import { ALL, FIRST } from './words.ts';

mount(Desk, {
  target: document.body,
  props: { all: ALL, first: FIRST, file: '/web/verify.html', camera: async () => (await import('./camera/Scan.svelte')).default },
});
