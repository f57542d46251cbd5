// The page's sentences, as the server has put them into the reader's language (dashboard/language/script_words.py).

const sentences = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// Whether there is a sentence of that name.
export const isKnown = (name) => Object.hasOwn(sentences, name);

// The sentence of that name, with its {places} filled in.
export function sentence(name, places = {}) {
  return (sentences[name] ?? "").replace(/\{(\w+)\}/g, (_, place) => places[place] ?? "");
}
