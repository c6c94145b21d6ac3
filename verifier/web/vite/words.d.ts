declare module 'virtual:words/*' {
  const words: import('../src/ui/words.ts').Words;
  export default words;
}
declare module 'virtual:italy' {
  const italy: { readonly path: string; readonly width: number; readonly height: number };
  export default italy;
}
declare module 'virtual:troubles/*' {
  const codes: import('../src/ui/words.ts').Words['codes'];
  export default codes;
}
declare module 'virtual:desk/*' {
  const texts: import('../src/ui/words.ts').Words['page'];
  export default texts;
}
