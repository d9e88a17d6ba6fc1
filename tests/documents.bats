#!/usr/bin/env bats
# What holds for the pages as documents: links lead somewhere, and every option is described.

load namespace

@test "every link of every page leads to a file, and to a heading where it names one" {
	/usr/bin/python3 - <<-'END'
		import pathlib, re, sys
		pages = [page for page in pathlib.Path().rglob("*.md") if page.parts[0] != "build"]
		def anchors(page):
		    # GitHub's: lower case, words and hyphens, blanks to hyphens.
		    heads = re.findall(r"^#+ (.*)", re.sub(r"(?ms)^```.*?^```", "", page.read_text()), re.M)
		    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
		wrong = []
		for page in pages:
		    text = re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^```.*?^```", "", page.read_text()))
		    for link in re.findall(r"\]\(([^)\s]+)\)", text):
		        if re.match(r"\w+:", link):
		            continue
		        path, _, anchor = link.partition("#")
		        target = (page.parent / path) if path else page
		        if target.is_dir() and anchor:
		            target = target / "README.md"
		        if not target.exists() or anchor and anchor not in anchors(target):
		            wrong.append(f"{page}: {link}")
		assert len(pages) > 20
		sys.exit("\n".join(wrong) or 0)
	END
}

@test "every option of --help is in the man page and in docker/reference.md" {
	drop-init --help | grep -oE -- '--[a-z-]+' | sort -u >"$BATS_TEST_TMPDIR/options"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -gt 25 ]
	while read -r option; do
		grep -qF -- "${option//-/\\-}" init/cli/drop-init.8 || namespace_fail "$option is not in the man page"
		grep -qF -- "$option" docker/reference.md || namespace_fail "$option is not in docker/reference.md"
	done <"$BATS_TEST_TMPDIR/options"
}

@test "every option in the man page and in docker/reference.md is one of --help's, or of a helper's line" {
	local option pages
	pages=$(sed 's/\\-/-/g' init/cli/drop-init.8 && cat docker/reference.md)
	drop-init --help | grep -oE -- '--[a-z-]+' | sort -u >"$BATS_TEST_TMPDIR/options"
	while read -r option; do
		case $option in
		--from | --group-add | --sysctl | --init | --wait | --appendonly | --ini) continue ;; # other programs'
		esac
		grep -qxF -- "$option" "$BATS_TEST_TMPDIR/options" ||
			! drop-init --check --with "a: $option" true 2>&1 | grep -q 'no such option' ||
			namespace_fail "no such option: $option"
	done < <(grep -oE -- '(^|[^a-z-])--[a-z][a-z-]+' <<<"$pages" | grep -oE -- '--[a-z-]+' | sort -u)
}
