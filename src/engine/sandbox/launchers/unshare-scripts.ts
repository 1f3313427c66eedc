/** Where the root folder of a command is mounted. Only the command sees it there, in place of what it covers. */
export const NEW_ROOT = '/tmp';

/**
 * Starts its arguments as the first process of the new pid namespace, with its own id in the environment, and
 * ends as that does. `unshare --fork` would do this, too, but before util-linux 2.40 it reports an error if the
 * process is killed.
 */
export const WAIT = `
exec 9>&2 2>/dev/null
OUTER=$$ "$@" 2>&9 9>&-
exit $?`;

/**
 * Makes the root folder of a command, enters it and executes the program. Its arguments are the working directory,
 * `rw` or `ro` for it, and `own` or `shared` for the network; then, one a line, folders to make, files to make, and
 * links to copy; the mounts in the format of fstab; the number of files with contents, and their paths and
 * contents; then the program and its arguments.
 *
 * - If the process that waits is gone before this one has asked to end with it, nothing is started.
 * - The working directory is bound as the current one, which leads to the folder that is held open even if
 *   its path is replaced.
 * - What is mounted below a bound folder keeps its own flags, and gets those that are missing. The list of
 *   mounts is read first, because each remount changes it.
 * - The loopback interface of a new network namespace is down; flags of 9 mean that it is up. `ip` is for
 *   containers that cannot mount sysfs.
 * - The two settings of the kernel are those of the namespaces. The second one exists since Linux 6.
 * - The next user namespace cannot be made while /proc is read-only, so a process that is left behind makes it
 *   read-only afterwards.
 */
export const MAKE_ROOT = `
set -euf
read -r pid _ _ parent _ </proc/self/stat
[ "$parent" = "$OUTER" ] || exit 1
echo "{\\"child-pid\\": $pid}" >&3
exec 3>&-
umask 022
PATH=/usr/bin:/bin:/usr/sbin:/sbin
IFS=$'\\n'
new=${NEW_ROOT} workspace=$1 access=$2 network=$3 folders=$4 files=$5 links=$6 mounts=$7 contents=$8
shift 8
mount -t tmpfs -o mode=0755,size=4m,nosuid,nodev root "$new"
mkdir -p -- "$new/old" $folders
for file in $files; do : >"$file"; done
[ -z "$links" ] || cp -P -- $links "$new"
ln -s -t "$new/dev" /proc/self/fd pts/ptmx
ln -s fd/0 "$new/dev/stdin"
ln -s fd/1 "$new/dev/stdout"
ln -s fd/2 "$new/dev/stderr"
for (( ; contents > 0; contents -= 1)); do
  printf %s "$2" >"$new$1"
  shift 2
done
printf %s "$mounts" >"$new/fstab"
mount --all --fstab "$new/fstab"
rm "$new/fstab"
mkdir -p -- "$new$workspace"
mount --no-canonicalize --rbind . "$new$workspace"
if [ "$network" = own ]; then
  { mount -t sysfs sysfs "$new/old" && echo 9 >"$new/old/class/net/lo/flags"; } 2>/dev/null || ip link set lo up
  umount "$new/old" 2>/dev/null || :
fi
hostname sandbox 2>/dev/null || :
echo 1 >"$new/proc/sys/user/max_user_namespaces"
{ echo 65536 >"$new/proc/sys/kernel/shmmax"; } 2>/dev/null || :
pivot_root "$new" "$new/old"
cd -- "$workspace"
umount --lazy /old
rmdir /old
mapfile -t mounted </proc/self/mountinfo
for each in "\${mounted[@]}"; do
  IFS=' ' read -r _ _ _ _ at found _ <<<"$each"
  printf -v at %b "$at"
  flags=$found
  case $at in
    "$workspace" | "$workspace"/*) wanted=$access ;;
    / | /proc | /tmp | /dev/*) continue ;;
    *) wanted=ro ;;
  esac
  case ,$flags, in *,nosuid,*) ;; *) flags=$flags,nosuid ;; esac
  case ,$flags, in *,nodev,*) ;; *) flags=$flags,nodev ;; esac
  [ "$wanted" = rw ] || flags=ro\${flags#r?}
  [ "$flags" = "$found" ] || mount --no-canonicalize -o "remount,bind,$flags" none "$at"
done
mount -o remount,bind,ro,nosuid,nodev root /
coproc SEAL { read -r _ && mount -o remount,bind,ro,nosuid,nodev,noexec proc /proc && echo sealed; }
exec 8>"/proc/self/fd/\${SEAL[1]}" 9<"/proc/self/fd/\${SEAL[0]}"
exec "$@"`;

/** Waits until /proc is read-only and the process that did it has ended, and executes its arguments. */
export const SEALED = `
echo >&8
read -r -d '' state <&9
[ "$state" = sealed ] || { echo '/proc could not be made read-only' >&2; exit 126; }
exec "$@" 8>&- 9<&-`;
