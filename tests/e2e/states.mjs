// Named states of the page, for screenshots: each is brought about as a person would do it.
// `go` gets the page and the two servers; `options` are those of `openPage`.
export const STATES = [
  { name: 'empty', go: async () => {} },
];
