# bash completion for perfwrap                             -*- shell-script -*-

# begin words: written by scripts/documents
_perfwrap_with_value="--output -o --name -n --label -l --max-processes --checkpoint --runs -r --source --interval --orphans --timeout --user"
_perfwrap_flags="--no-arguments --quiet -q --exact-memory --cgroup --as-invoker --help -h --version"
_perfwrap_choices="--checkpoint=off --source=auto|ebpf|procfs --orphans=leave|wait|kill"
_perfwrap_report_options="--help -h --json"
_perfwrap_formats="json prometheus"
# end words

# Prints the index in COMP_WORDS at which the wrapped command begins; fails while the cursor is among perfwrap's own words.
# bash splits words at : and =, so that the value of "-o json:x" is three of them.
_perfwrap_command_index()
{
    local i
    for ((i = 1; i <= COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            run) ((i == 1 && i < COMP_CWORD)) || break ;;
            --) ((i < COMP_CWORD)) && ((i++)); break ;;
            -*)
                [[ " $_perfwrap_with_value " == *" ${COMP_WORDS[i]} "* ]] || continue
                ((i++))
                [[ ${COMP_WORDS[i]-} != = ]] || ((i++))
                while [[ ${COMP_WORDS[i + 1]-} == [:=] ]]; do ((i += 2)); done
                ((i < COMP_CWORD)) || return 1
                ;;
            *) break ;;
        esac
    done
    [[ ${COMP_WORDS[i]-} != -* || ${COMP_WORDS[i - 1]} == -- ]] && ((i <= COMP_CWORD)) && echo "$i"
}

# [FORMAT:]PATH
_perfwrap_output()
{
    local prefix=
    if [[ $cur == @(${_perfwrap_formats// /|}):* ]]; then
        [[ $COMP_WORDBREAKS == *:* ]] || prefix=${cur%%:*}:
        cur=${cur#*:}
    else
        mapfile -t COMPREPLY < <(compgen -S : -W "$_perfwrap_formats" -- "$cur")
    fi
    # A colon is not to be quoted as part of a file name, nor followed by a blank.
    if ((${#COMPREPLY[@]})); then compopt -o nospace; else compopt -o filenames; fi
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -P "$prefix" -f -- "$cur")
}

# The words that the value of an option may be; of other values nothing is known.
_perfwrap_choices_of()
{
    local each
    for each in $_perfwrap_choices; do
        [[ $each != "$1"=* ]] || echo "${each#*=}"
    done
}

_perfwrap()
{
    local cur prev words cword index option
    _init_completion -n := || return

    if [[ ${words[1]} == @(doctor|metrics) ]] && ((cword > 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$_perfwrap_report_options" -- "$cur")
        return
    fi
    if index=$(_perfwrap_command_index); then
        _command_offset "$index"
        ((cword > 1)) || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "run doctor metrics" -- "$cur")
        return
    fi

    option=$prev
    if [[ $cur == --*=* ]]; then
        option=${cur%%=*}
        cur=${cur#*=}
    fi
    case $option in
        --output | -o) _perfwrap_output ;;
        --user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        *)
            if [[ " $_perfwrap_with_value " == *" $option "* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$(_perfwrap_choices_of "$option" | tr '|' ' ')" -- "$cur")
            else
                mapfile -t COMPREPLY < <(compgen -W "$_perfwrap_flags $_perfwrap_with_value" -- "$cur")
            fi
            ;;
    esac
} && complete -F _perfwrap perfwrap
