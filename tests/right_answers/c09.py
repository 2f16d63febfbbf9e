"""Right answers to the exercises of chapter 09, each written differently."""

import numpy as np

from backprop_lib.autodiff import Tensor

# ---- what was stretched -----------------------------------------------------------------------------------


def stretched_by_loops(g, a):
    while g.ndim > a.ndim:
        g = g.sum(axis=0)
    for axis, size in enumerate(a.shape):
        if size == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def stretched_from_behind(g, a):
    stretched = [i for i in range(-1, -g.ndim - 1, -1) if -i > a.ndim or a.shape[i] == 1]
    return np.sum(g, axis=tuple(stretched)).reshape(a.shape)


def stretched_by_counting(g, a):
    place = np.broadcast_to(np.arange(a.size).reshape(a.shape), g.shape)
    return np.bincount(place.ravel(), weights=g.ravel(), minlength=a.size).reshape(a.shape)


def stretched_entry_by_entry(g, a):
    grad = np.zeros(a.shape)
    for index in np.ndindex(g.shape):
        behind = index[g.ndim - a.ndim :]
        grad[tuple(0 if size == 1 else i for i, size in zip(behind, a.shape, strict=True))] += g[index]
    return grad


def stretched_padded(g, a):
    padded = (1,) * (g.ndim - a.ndim) + a.shape
    axes = tuple(i for i in range(g.ndim) if padded[i] == 1)
    return g.sum(axis=axes, keepdims=True).reshape(a.shape)


def stretched_as_list(g, a):
    return stretched_padded(g, a).tolist()


def stretched_in_float32(g, a):
    return stretched_by_loops(g.astype(np.float32), a)


def stretched_where_sizes_differ(g, a):
    gradient = np.add.reduce(g.reshape(-1, *g.shape[g.ndim - a.ndim :]), axis=0)
    for axis in range(a.ndim):
        if a.shape[axis] != gradient.shape[axis]:
            gradient = np.expand_dims(gradient.sum(axis), axis)
    return gradient


# ---- the walk -----------------------------------------------------------------------------------------------


def walk_by_index(sources, slopes):
    n = len(sources)
    grads = np.zeros(n)
    grads[n - 1] = 1
    for i in range(n - 1, -1, -1):
        for j in range(len(sources[i])):
            grads[sources[i][j]] += slopes[i][j] * grads[i]
    return grads


def walk_with_dict(sources, slopes):
    arrived = {len(sources) - 1: 1.0}
    for line in range(len(sources))[::-1]:
        g = arrived.setdefault(line, 0.0)
        for pair in zip(sources[line], slopes[line], strict=True):
            arrived[pair[0]] = arrived.get(pair[0], 0) + g * pair[1]
    return arrived


def walk_asking_users(sources, slopes):
    n = len(sources)
    grads = [None] * n
    for line in reversed(range(n)):
        grads[line] = float(line == n - 1)
        for user in range(line + 1, n):
            for source, slope in zip(sources[user], slopes[user], strict=True):
                if source == line:
                    grads[line] += grads[user] * slope
    return tuple(grads)


def walk_recursively(sources, slopes):
    def gradient(line):
        if line == len(sources) - 1:
            return 1
        return sum(
            gradient(user) * slopes[user][place]
            for user in range(line + 1, len(sources))
            for place, source in enumerate(sources[user])
            if source == line
        )

    return [gradient(line) for line in range(len(sources))]


def walk_by_solving(sources, slopes):
    n = len(sources)
    local = np.zeros((n, n))
    for line in range(n):
        np.add.at(local[line], sources[line], slopes[line])
    return np.linalg.solve(np.eye(n) - local.T, np.eye(n)[-1])


def walk_forward_mode(sources, slopes):
    grads = []
    for start in range(len(sources)):
        rates = []
        for line, (mine, rate) in enumerate(zip(sources, slopes, strict=True)):
            rates.append(float(line == start) + sum(rates[s] * r for s, r in zip(mine, rate, strict=True)))
        grads.append(np.array(rates[-1]))
    return grads


def walk_popping(sources, slopes):
    lines = list(zip(sources, slopes, strict=True))
    grads = {line: np.float64(0) for line in range(len(lines))}
    grads[len(lines) - 1] += 1
    while lines:
        mine, rates = lines.pop()
        for i, source in enumerate(mine):
            grads[source] += grads[len(lines)] * rates[i]
    return {"grads": list(grads.values())}


def walk_visiting_found_only(sources, slopes):
    end = len(sources) - 1
    found, to_visit = {end}, [end]
    while to_visit:
        new = set(sources[to_visit.pop()]) - found
        found |= new
        to_visit += new
    grads = [0] * len(sources)
    grads[end] = 1
    for line in sorted(found, reverse=True):
        for k, source in enumerate(sources[line]):
            grads[source] += slopes[line][k] * grads[line]
    return grads


# ---- the tape of arrays ---------------------------------------------------------------------------------------


def mended_with_table(tape, values):
    rules = {
        "@": [lambda g, a, b: np.dot(g, b.T), lambda g, a, b: np.dot(a.T, g)],
        "bias": [lambda g, a, b: g, lambda g, a, b: np.ones(len(g)) @ g],
        "*": [lambda g, a, b: b * g, lambda g, a, b: a * g],
        "relu": [lambda g, a: np.where(a > 0, g, 0)],
        "sum": [lambda g, a: np.full(a.shape, g)],
        "leaf": [],
    }
    grads = [0] * (len(tape) - 1) + [1.0]
    for line in range(len(tape) - 1, -1, -1):
        operation, *sources = tape[line]
        for source, rule in zip(sources, rules[operation], strict=True):
            grads[source] = grads[source] + rule(grads[line], *[values[i] for i in sources])
    return grads


def mended_with_tensor(tape, values):
    tensors = []
    for (name, *sources), value in zip(tape, values, strict=True):
        made_from = [tensors[source] for source in sources]
        if name == "leaf":
            tensors.append(Tensor(value))
        elif name == "@":
            tensors.append(made_from[0] @ made_from[1])
        elif name == "bias":
            tensors.append(made_from[0] + made_from[1])
        elif name == "*":
            tensors.append(made_from[0] * made_from[1])
        else:
            tensors.append(getattr(made_from[0], name)())
    tensors[-1].backward()
    return [tensor.grad for tensor in tensors]


def mended_by_output_of_relu(tape, values):
    grads = {i: np.zeros_like(value) for i, value in enumerate(values)}
    grads[len(tape) - 1] = np.ones_like(values[-1])
    for i, (name, *sources) in reversed(list(enumerate(tape))):
        g, a = grads[i], values[sources[0]] if sources else None
        if name == "@":
            grads[sources[0]] = grads[sources[0]] + np.einsum("sj,ij->si", g, values[sources[1]])
            grads[sources[1]] = grads[sources[1]] + np.einsum("si,sj->ij", a, g)
        if name == "bias":
            grads[sources[0]] = grads[sources[0]] + g
            grads[sources[1]] = grads[sources[1]] + sum(g)
        if name == "*":
            grads[sources[0]] = grads[sources[0]] + g * values[sources[1]]
            grads[sources[1]] = grads[sources[1]] + g * a
        if name == "relu":
            grads[sources[0]] = grads[sources[0]] + g * np.sign(values[i])
        if name == "sum":
            grads[sources[0]] = grads[sources[0]] + g
    return [grads[i] for i in range(len(tape))]


def mended_one_input_at_a_time(tape, values):
    grads = [np.zeros(np.shape(value)) for value in values]
    grads[-1] += 1
    for line in range(len(tape))[::-1]:
        name, sources, g = tape[line][0], tape[line][1:], grads[line]
        for place, source in enumerate(sources):
            other = values[sources[1 - place]] if len(sources) == 2 else None
            if name == "@":
                share = g @ other.T if place == 0 else other.T @ g
            elif name == "*":
                share = g * other
            elif name == "relu":
                share = np.array(g)
                share[values[source] <= 0] = 0
            else:
                share = g.sum(axis=0) if name == "bias" and place == 1 else g
            grads[source] += share
    return tuple(grads)


def mended_in_float32(tape, values):
    return [np.asarray(grad, dtype=np.float32) for grad in mended_with_table(tape, values)]


# ---- one layer ------------------------------------------------------------------------------------------------


def shares_sample_by_sample(a_prev, W, delta):
    grad_a, dW, db = np.zeros_like(a_prev), np.zeros_like(W), np.zeros(W.shape[1])
    for s in range(len(a_prev)):
        grad_a[s] = W @ delta[s]
        dW += np.outer(a_prev[s], delta[s])
        db += delta[s]
    return grad_a, dW, db


def shares_by_einsum(a_prev, W, delta):
    return np.einsum("sj,ij->si", delta, W), np.einsum("si,sj->ij", a_prev, delta), np.einsum("sj->j", delta)


def shares_in_columns(a_prev, W, delta):
    return [(W @ delta.T).T, (delta.T @ a_prev).T, np.sum(delta, axis=0, keepdims=True)]


def shares_as_dict(a_prev, W, delta):
    return {"db": delta.T.sum(axis=1), "dW": np.dot(a_prev.T, delta), "grad_a": np.dot(delta, np.transpose(W))}


def shares_as_lists(a_prev, W, delta):
    return (delta @ W.T).tolist(), (a_prev.T @ delta).tolist(), [sum(column) for column in delta.T]


def shares_by_tape(a_prev, W, delta):
    a, weights, b = Tensor(a_prev), Tensor(W), Tensor(np.zeros(W.shape[1]))
    ((a @ weights + b) * delta).sum().backward()
    return a.grad, weights.grad, b.grad


def shares_in_float32(a_prev, W, delta):
    a_prev, W, delta = (array.astype(np.float32) for array in (a_prev, W, delta))
    return delta @ W.T, a_prev.T @ delta, delta.sum(0)


RIGHT = {
    "09.three_steps_back": [
        "G B D H F A C",
        "G D F B H C A",
        "g d b h c f a",
        "G, D, B, F, H, A, C",
        ["G", "B", "D", "F", "H", "C", "A"],
        "gdbfhca",
    ],
    "09.stretched_gradient": [
        stretched_by_loops,
        stretched_from_behind,
        stretched_by_counting,
        stretched_entry_by_entry,
        stretched_padded,
        stretched_as_list,
        stretched_in_float32,
        stretched_where_sizes_differ,
    ],
    "09.walk_back": [
        walk_by_index,
        walk_with_dict,
        walk_asking_users,
        walk_recursively,
        walk_by_solving,
        walk_forward_mode,
        walk_popping,
        walk_visiting_found_only,
    ],
    "09.mended": [
        mended_with_table,
        mended_with_tensor,
        mended_by_output_of_relu,
        mended_one_input_at_a_time,
        mended_in_float32,
    ],
    "09.layer_shares": [
        shares_sample_by_sample,
        shares_by_einsum,
        shares_in_columns,
        shares_as_dict,
        shares_as_lists,
        shares_by_tape,
        shares_in_float32,
    ],
}
