"""What can be wrong with the page that a browser has open."""

import json
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

FAR = """
names => names.filter(([name, own]) => {
  const place = document.getElementById(name);
  if (!place) return true;
  const folds = [];
  for (let fold = place.closest('details'); fold; fold = fold.parentElement.closest('details'))
    if (!fold.open) folds.push(fold);
  folds.forEach(fold => { fold.open = true; });
  const drawn = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 0;
  const links = [...place.querySelectorAll('a')].filter(a => a.pathname?.endsWith('/claims/' + name + '.html'));
  const near = drawn(place) && folds.length + own <= 2 && (!own || links.some(drawn));
  folds.forEach(fold => { fold.open = false; });
  return !near;
}).map(([name]) => name)
"""


def errors(page):
    """What went wrong, or spoke up, on the console."""
    return [e["entry"]["text"] for e in page.told("Log.entryAdded")] + [
        json.dumps(e) for e in page.told("Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    ]


def outside(page, site):
    """Addresses that were asked for and are not of the site."""
    asked = [e["request"]["url"] for e in page.told("Network.requestWillBeSent")]
    return [url for url in asked if not url.startswith((site.as_uri() + "/", "data:", "about:"))]


def dead(page, site):
    """Links, as the browser resolves them, that lead to no file of the site."""
    links = page.value("[...document.querySelectorAll('a')].map(a => a.href.baseVal ?? a.href)")
    files = {urldefrag(urljoin(page.value("location.href"), link))[0] for link in links if link}
    paths = {link: Path(unquote(urlparse(link).path)) for link in files}
    return [link for link, path in paths.items() if not (path.is_relative_to(site) and path.is_file())]


def far(page, claims):
    """Names of ``claims`` that take more than two clicks from here: to unfold, and to follow the link to their page.

    ``claims`` says of every name whether it has a page of its own.
    """
    pairs = [[name, int(own)] for name, own in claims.items()]
    return page.value(f"({FAR.strip()})({json.dumps(pairs)})")
