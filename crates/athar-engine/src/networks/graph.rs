//! The shape of an undirected graph: what hangs together, and what alone holds it together.
//!
//! One walk in depth finds all of it (Tarjan, "A note on finding the bridges of a graph",
//! Information Processing Letters 2, 1974; Hopcroft and Tarjan, "Algorithm 447", CACM 16, 1973).
//! Each node is given its number in the order of the walk, and the lowest number that it or what
//! hangs below it reaches by an edge that the walk did not take. An edge below which nothing
//! reaches above it is a bridge. The walk keeps its own stack, so a chain of a million nodes is
//! walked like any other graph. Time and memory grow with nodes and edges.

/// Two nodes. No edge joins a node with itself, and no two edges join the same nodes.
pub(crate) type Ends = [u32; 2];

/// What [`shape`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The number of each node's component, from 0.
    pub component: Vec<u32>,
    /// For each component the nodes in it that count.
    pub weights: Vec<u32>,
    /// Edges whose removal splits their component, and how many of the nodes that count are then
    /// on one side.
    pub bridges: Vec<(u32, u32)>,
    /// Whether the removal of a node splits its component.
    pub is_cut: Vec<bool>,
}

/// The shape of the graph with these edges; its nodes are as many as `counts`, which says of each
/// whether it counts towards the size of what it is in.
pub(crate) fn shape(counts: &[bool], edges: &[Ends]) -> Shape {
    let mut walk = Walk::new(counts, Neighbours::of(counts.len(), edges));
    for root in 0..counts.len() as u32 {
        if !walk.is_seen(root) {
            walk.from(root);
        }
    }
    walk.shape
}

/// For each node its neighbours and the edges to them, one node's after the other's.
struct Neighbours {
    /// Where each node's begin; one more than there are nodes.
    starts: Vec<u32>,
    /// Neighbour and edge.
    all: Vec<(u32, u32)>,
}

impl Neighbours {
    fn of(nodes: usize, edges: &[Ends]) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for &node in edges.as_flattened() {
            starts[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut all = vec![(0, 0); 2 * edges.len()];
        for (edge, &[a, b]) in edges.iter().enumerate() {
            for (from, to) in [(a, b), (b, a)] {
                all[next[from as usize] as usize] = (to, edge as u32);
                next[from as usize] += 1;
            }
        }
        Self { starts, all }
    }
}

/// No edge: what leads to a root.
const NONE: u32 = u32::MAX;

struct Walk {
    neighbours: Neighbours,
    /// For each node the neighbour that comes next.
    next: Vec<u32>,
    /// Number in the order of the walk, from 1; 0 has not been seen.
    order: Vec<u32>,
    /// The lowest number reached from the node or below it.
    low: Vec<u32>,
    /// The edge by which the node was reached.
    by: Vec<u32>,
    /// Nodes that count at the node and below it.
    below: Vec<u32>,
    /// From the root to where the walk is.
    path: Vec<u32>,
    seen: u32,
    shape: Shape,
}

impl Walk {
    fn new(counts: &[bool], neighbours: Neighbours) -> Self {
        let nodes = counts.len();
        Self {
            next: neighbours.starts[..nodes].to_vec(),
            neighbours,
            order: vec![0; nodes],
            low: vec![0; nodes],
            by: vec![NONE; nodes],
            below: counts.iter().map(|&counts| u32::from(counts)).collect(),
            path: Vec::new(),
            seen: 0,
            shape: Shape {
                component: vec![0; nodes],
                weights: Vec::new(),
                bridges: Vec::new(),
                is_cut: vec![false; nodes],
            },
        }
    }

    fn is_seen(&self, node: u32) -> bool {
        self.order[node as usize] != 0
    }

    /// Walks everything that hangs together with `root`.
    fn from(&mut self, root: u32) {
        self.enter(root, NONE);
        let mut branches = 0;
        while let Some(&node) = self.path.last() {
            let at = node as usize;
            if self.next[at] < self.neighbours.starts[at + 1] {
                let (to, edge) = self.neighbours.all[self.next[at] as usize];
                self.next[at] += 1;
                self.look(at, to, edge);
            } else {
                self.path.pop();
                branches += u32::from(self.path.len() == 1);
                self.leave(at);
            }
        }
        self.shape.is_cut[root as usize] = branches > 1;
        self.shape.weights.push(self.below[root as usize]);
    }

    fn enter(&mut self, node: u32, by: u32) {
        let at = node as usize;
        self.seen += 1;
        (self.order[at], self.low[at], self.by[at]) = (self.seen, self.seen, by);
        self.shape.component[at] = self.shape.weights.len() as u32;
        self.path.push(node);
    }

    fn look(&mut self, at: usize, to: u32, edge: u32) {
        if edge == self.by[at] {
            return;
        }
        if self.is_seen(to) {
            self.low[at] = self.low[at].min(self.order[to as usize]);
        } else {
            self.enter(to, edge);
        }
    }

    /// Tells the node above what was found below it.
    fn leave(&mut self, at: usize) {
        let Some(&above) = self.path.last() else { return };
        let above = above as usize;
        self.low[above] = self.low[above].min(self.low[at]);
        self.below[above] += self.below[at];
        if self.low[at] > self.order[above] {
            self.shape.bridges.push((self.by[at], self.below[at]));
        }
        // A root is a cut where more than one branch hangs on it, which is found at its end.
        self.shape.is_cut[above] |= self.low[at] >= self.order[above];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeSet, VecDeque};

    /// Each node's component, by walking in breadth from each node that has none, without the
    /// edge and the node given.
    fn naive_components(nodes: usize, edges: &[Ends], without: (usize, usize)) -> Vec<usize> {
        let mut component = vec![usize::MAX; nodes];
        for root in 0..nodes {
            let mut queue = VecDeque::from([root]);
            while let Some(node) = queue.pop_front() {
                if component[node] != usize::MAX || node == without.1 {
                    continue;
                }
                component[node] = root;
                for (edge, ends) in edges.iter().enumerate() {
                    let ends = ends.map(|end| end as usize);
                    if edge != without.0 && ends.contains(&node) {
                        queue.extend(ends.into_iter().filter(|&end| end != node));
                    }
                }
            }
        }
        component
    }

    fn parts(component: &[usize]) -> usize {
        component.iter().filter(|&&c| c != usize::MAX).collect::<BTreeSet<_>>().len()
    }

    fn check(counts: &[bool], edges: &[Ends]) {
        let (nodes, none) = (counts.len(), usize::MAX);
        let found = shape(counts, edges);
        let whole = naive_components(nodes, edges, (none, none));
        for a in 0..nodes {
            for b in 0..nodes {
                assert_eq!(
                    found.component[a] == found.component[b],
                    whole[a] == whole[b],
                    "{edges:?}"
                );
            }
            let weight = (0..nodes).filter(|&b| whole[b] == whole[a] && counts[b]).count();
            assert_eq!(found.weights[found.component[a] as usize] as usize, weight);
            let is_alone = !edges.as_flattened().contains(&(a as u32));
            let without = parts(&naive_components(nodes, edges, (none, a)));
            let is_cut = without + usize::from(is_alone) > parts(&whole);
            assert_eq!(found.is_cut[a], is_cut && !is_alone, "node {a} of {edges:?}");
        }
        for (edge, ends) in edges.iter().enumerate() {
            let split = naive_components(nodes, edges, (edge, none));
            let bridge = found.bridges.iter().find(|(bridge, _)| *bridge as usize == edge);
            assert_eq!(bridge.is_some(), parts(&split) > parts(&whole), "edge {edge} of {edges:?}");
            if let Some(&(_, below)) = bridge {
                let side = |end: u32| {
                    (0..nodes).filter(|&n| split[n] == split[end as usize] && counts[n]).count()
                };
                let sides = ends.map(side);
                assert!(sides.contains(&(below as usize)), "{below} of {sides:?}");
            }
        }
        let bridges: BTreeSet<_> = found.bridges.iter().map(|(edge, _)| edge).collect();
        assert_eq!(bridges.len(), found.bridges.len(), "each once");
    }

    /// Numbers that come again in every run (Marsaglia, "Xorshift RNGs", 2003).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % limit as u64) as usize
        }
    }

    #[test]
    fn random_graphs_have_the_shape_that_taking_each_part_away_shows() {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for round in 0..400 {
            let nodes = 1 + numbers.below(24);
            let mut edges = BTreeSet::new();
            for _ in 0..numbers.below(2 * nodes) {
                let (a, b) = (numbers.below(nodes) as u32, numbers.below(nodes) as u32);
                if a != b {
                    edges.insert([a.min(b), a.max(b)]);
                }
            }
            let edges: Vec<_> = edges.into_iter().collect();
            let counts: Vec<_> =
                (0..nodes).map(|_| numbers.below(4) > 0 || round % 2 == 0).collect();
            check(&counts, &edges);
        }
    }

    #[test]
    fn small_graphs_that_are_easily_got_wrong() {
        check(&[], &[]);
        check(&[true], &[]);
        check(&[true; 2], &[[0, 1]]);
        check(&[true; 3], &[[0, 1], [1, 2], [0, 2]]);
        // Two triangles, joined by one edge, then by one node.
        check(&[true; 6], &[[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [4, 5], [3, 5]]);
        check(&[true; 5], &[[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [2, 4]]);
        // A star: every edge is a bridge.
        check(&[false, true, true, true, true], &[[0, 1], [0, 2], [0, 3], [0, 4]]);
    }

    #[test]
    fn a_very_long_chain_is_walked_without_recursion() {
        let nodes = 1_000_000u32;
        let edges: Vec<_> = (1..nodes).map(|n| [n - 1, n]).collect();
        let found = shape(&vec![true; nodes as usize], &edges);
        assert_eq!((found.weights, found.bridges.len()), (vec![nodes], edges.len()));
    }
}
