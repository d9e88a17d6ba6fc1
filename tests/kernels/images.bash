# shellcheck shell=bash
# What a machine boots: made once, in $images, and kept. For tests/kernels/run.
#
# Debian's packages are downloaded and unpacked; nothing is installed here, no maintainer script is run, and so it makes
# no difference whether the packages are this machine's architecture's.

# What the tests need in the machine: what they need here, but no kernel, and no compiler.
guest_packages() { "$repository/.ci/packages" --list check servers guest "$@" | sort -u; }

own_suite() { (. /etc/os-release && echo "$VERSION_CODENAME"); }

# own_apt ARCH SUITE COMMAND...: COMMAND of apt with the lists of that suite, fetched when they are not there yet.
own_apt() {
	local arch=$1 suite=$2
	shift 2
	if [ ! -e "$images/apt/$suite-$arch-deb/fetched" ]; then
		"$repository/.ci/apt" "$images" --arch "$arch" --suite "$suite" apt-get update ||
			fail "'$suite' cannot be had from this machine's archive (DEBIAN_MIRROR=URL names one that has it)"
		touch "$images/apt/$suite-$arch-deb/fetched"
	fi
	"$repository/.ci/apt" "$images" --arch "$arch" --suite "$suite" "$@"
}

# unpack ARCH SUITE FOLDER PACKAGE...
unpack() {
	local arch=$1 suite=$2 folder=$3 debs
	shift 3
	debs=$(mktemp -d "$images/debs.XXXXXX")
	(cd "$debs" && own_apt "$arch" "$suite" apt-get download "$@") || fail "cannot download $*"
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$folder"
	done
	rm -rf "$debs"
}

# A package, and what it needs that is part of the same kernel: an image depends on its modules since 2025.
kernel_packages() { # ARCH SUITE PACKAGE
	local next
	for next in $(own_apt "$1" "$2" apt-cache show --no-all-versions "$3" |
		sed -n 's/^\(Pre-\)\?Depends: //p' | grep -oE 'linux-(image|base|binary|modules)-[a-z0-9.+-]+' | sort -u); do
		echo "$next"
		kernel_packages "$1" "$2" "$next"
	done
}

# make_image FILE FOLDER MEGABYTES_FREE: an ext4 file system with what is in the folder.
make_image() {
	local size
	size=$(du -sm "$2" | cut -f1)
	# What a newer mke2fs turns on by itself, an older kernel may not mount.
	mke2fs -q -F -t ext4 -O none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super \
		-O large_file,huge_file,dir_nlink,extra_isize -d "$2" "$1.new" "$((size + size / 8 + $3))M" >/dev/null ||
		fail "no file system could be made in $1"
	mv "$1.new" "$1"
}

# kernel_make NAME ARCH SUITE: $images/NAME/{vmlinuz,initramfs,modules.ext4,version}
kernel_make() {
	local name=$1 arch=$2 suite=$3 folder=$images/$1 work packages version
	[ ! -e "$folder/version" ] || return 0
	say "$name: downloading the kernel of Debian's $suite"
	rm -rf "$folder" && mkdir -p "$folder"
	work=$(mktemp -d "$images/kernel.XXXXXX")
	packages=$(kernel_packages "$arch" "$suite" "linux-image-cloud-$arch" | sort -u)
	[ -n "$packages" ] || fail "$suite has no linux-image-cloud-$arch"
	# shellcheck disable=SC2086 # several words
	unpack "$arch" "$suite" "$work" $packages
	[ -d "$work/usr/lib/modules" ] || { mkdir -p "$work/usr/lib" && mv "$work/lib/modules" "$work/usr/lib/"; }
	mkdir -p "$work/lib"
	ln -sfn ../usr/lib/modules "$work/lib/modules" # where depmod and modprobe look
	version=$(ls "$work/usr/lib/modules")
	cp "$work/boot/vmlinuz-$version" "$folder/vmlinuz" 2>/dev/null ||
		cp "$work/usr/lib/modules/$version/vmlinuz" "$folder/vmlinuz" || fail "no kernel in $packages"
	depmod -b "$work" "$version"
	initramfs_make "$arch" "$work" "$version" "$folder/initramfs"
	make_image "$folder/modules.ext4" "$work/usr/lib/modules" 4
	rm -rf "$work"
	echo "$version" >"$folder/version"
}

# A busybox and the modules of the disk and its file system, in the order in which they are loaded.
initramfs_make() { # ARCH FOLDER VERSION FILE
	local arch=$1 from=$2 version=$3 file=$4 work how module modules number=100
	modules=$(modprobe -d "$from" -S "$version" --show-depends -a virtio_pci virtio_blk ext4) ||
		fail "the kernel $version has no modules for its disk"
	work=$(mktemp -d "$images/initramfs.XXXXXX")
	mkdir -p "$work"/{bin,dev,proc,root,modules}
	unpack "$arch" "$(own_suite)" "$work" busybox-static
	cp "$repository/tests/kernels/initramfs" "$work/init"
	while read -r how module _; do
		[ "$how" = insmod ] || continue # built in
		number=$((number + 1)) # so that they are loaded in this order
		case $module in
		*.xz) xz -dc "$module" >"$work/modules/$number.ko" ;;
		*) cp "$module" "$work/modules/$number.ko" ;;
		esac
	done < <(awk '!seen[$0]++' <<<"$modules")
	(cd "$work" && find bin init dev proc root modules | cpio -o -H newc --quiet | gzip -1) >"$file"
	rm -rf "$work"
}

# root_make ARCH FILE [GROUP]: with everything that the tests call, and made anew when that changes.
root_make() {
	local arch=$1 image=$2 suite work recipe packages
	shift 2
	suite=$(own_suite)
	recipe=$({ guest_packages "$@"; echo "$suite"; declare -f root_make root_configure make_image; } | cksum)
	[ ! -e "$image" ] || [ "$(cat "$image.recipe" 2>/dev/null)" != "$recipe" ] || return 0
	say "$arch: unpacking a root file system of Debian's $suite"
	own_apt "$arch" "$suite" apt-cache stats >/dev/null
	work=${image%.ext4}
	rm -rf "$work"
	packages=$(guest_packages "$@" | tr '\n' ',')
	# mmdebstrap has a shell write to descriptors of its own: see without_descriptors in tests/containers.
	mmdebstrap --quiet --mode=root --variant=extract --architectures="$arch" \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include="?essential ?architecture($arch)" \
		--include="${packages%,}" '' "$work" "$images/apt/$suite-$arch-deb/sources/suite.list" \
		>"$work.log" 2>&1 </dev/null || { cat "$work.log" >&2 && fail "no root file system of $arch"; }
	root_configure "$work"
	make_image "$image" "$work" 2000
	rm -rf "$work" "$work.log"
	echo "$recipe" >"$image.recipe"
}

# What maintainer scripts would have done, as far as the tests see it.
root_configure() {
	local root=$1 name
	cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	: >"$root/etc/shadow"
	echo 'hosts: files' >"$root/etc/nsswitch.conf"
	echo '127.0.0.1 localhost drop-init' >"$root/etc/hosts"
	ln -sf mawk "$root/usr/bin/awk"
	ln -sf uwsgi-core "$root/usr/bin/uwsgi"
	(cd "$root/usr/lib/uwsgi/plugins" && ln -sf python3?*_plugin.so python3_plugin.so)
	[ ! -e "$root/usr/sbin/xtables-nft-multi" ] || for name in iptables ip6tables; do
		ln -sf xtables-nft-multi "$root/usr/sbin/$name"
	done
	[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
	mkdir -p "$root/repository" "$root/usr/lib/modules"
	# The same bytes on every architecture, where this machine's Python is the same.
	if [ -d "$root/usr/lib/$(readlink -f /usr/bin/python3 | xargs basename)" ]; then
		python3 -m compileall -q -s "$root" -p / "$root"/usr/lib/python3* >/dev/null 2>&1 || true
	fi
}
