// The order of the agents' rows and their groups as states change: as the server has them when the page is loaded
// (dashboard/presenters/board/agent_order.py).

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
const agents = () => document.getElementById("agents");
const name = (row) => row.querySelector("h2")?.textContent.trim() ?? "";
const since = (row) => Date.parse(row.querySelector(".now time")?.dataset.since ?? "") || Infinity;

function rank({ dataset }) {
  const states = agents().dataset.states.split("|");
  return (states.indexOf(dataset.word) + 1 || states.length + 1) - 1;
}

const VALUES = {
  "": () => [],
  state: (row) => [rank(row), since(row)],
  calls: (row) => [-Number(row.dataset.calls)],
  talked: (row) => [-Number(row.dataset.talked)],
  last: (row) => [Date.parse(row.dataset.last) || 0],
};

function compare(one, other) {
  if (typeof one === "string") return collator.compare(one, other);
  return one === other ? 0 : one < other ? -1 : 1;
}

function sorted(rows, sort) {
  const values = new Map(rows.map((row) => [row, [...VALUES[sort](row), row.dataset.team ?? "", name(row)]]));
  return rows.toSorted((a, b) => {
    const other = values.get(b);
    return values.get(a).reduce((found, one, place) => found || compare(one, other[place]), 0);
  });
}

function count(head, rows) {
  const said = head.querySelector("span");
  if (said.textContent !== String(rows.length)) said.textContent = rows.length;
}

// Headings and rows one after another; nothing where there is nothing to arrange: an order by name stays as it is.
export function agentsInOrder() {
  const { sort, group } = agents()?.dataset ?? {};
  if (!sort && !group) return null;
  const rows = sorted([...agents().querySelectorAll(":scope > article")], sort);
  const found = Map.groupBy(rows, ({ dataset }) => (group === "team" ? dataset.team : dataset.word) ?? "");
  const heads = [...agents().querySelectorAll(":scope > .group")];
  const sequence = heads.flatMap((head) => {
    const some = found.get(head.dataset.group) ?? [];
    count(head, some);
    return [head, ...some];
  });
  return [...sequence, ...rows.filter((row) => !sequence.includes(row))];
}
