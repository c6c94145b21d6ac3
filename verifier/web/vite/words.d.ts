declare module 'virtual:words/*' {
  const words: Omit<import('../src/ui/words.ts').Words, 'codes'>;
  export default words;
}
declare module 'virtual:italy' {
  const italy: { readonly path: string; readonly width: number; readonly height: number };
  export default italy;
}
declare module 'virtual:notices/*' {
  const codes: import('../src/ui/words.ts').Words['codes'];
  export default codes;
}
declare module 'virtual:troubles/*' {
  const codes: import('../src/ui/words.ts').Words['codes'];
  export default codes;
}
declare module 'virtual:desk/*' {
  const texts: import('../src/ui/words.ts').Words['page'];
  export default texts;
}
