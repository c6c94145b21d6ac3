declare module 'virtual:words/*' {
  const words: Omit<import('../src/ui/words.ts').Words, 'codes'>;
  export default words;
}
declare module 'virtual:codes/*' {
  const codes: import('../src/ui/words.ts').Words['codes'];
  export default codes;
}
